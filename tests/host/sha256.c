/* SPDX-License-Identifier: MIT */
/* links: lib/filecommands/sha256.c */
/* SHA-256 against the build machine's sha256sum, for every length around the blocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/filecommands/sha256.h"

static void digest_text(const uint8_t *data, size_t size, char text[65])
{
    struct sha256 s;
    uint8_t digest[32];
    sha256_init(&s);
    sha256_add(&s, data, size / 3);
    sha256_add(&s, data + size / 3, size - size / 3);
    sha256_end(&s, digest);
    for (unsigned i = 0; i < 32; i++)
        sprintf(text + 2 * i, "%02x", digest[i]);
}

static void it_agrees_with_the_build_machine(void **state)
{
    (void) state;
    static const size_t length[] = { 0, 1, 3, 54, 55, 56, 57, 63, 64, 65, 119, 120, 128, 1000, 70000 };
    static uint8_t data[70000];
    char path[] = "/tmp/pecan-sha256-XXXXXX", command[100], ours[65], theirs[65] = "";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t) (i * i / 7);
    for (unsigned i = 0; i < sizeof length / sizeof *length; i++) {
        FILE *f = fopen(path, "wb");
        fwrite(data, 1, length[i], f);
        fclose(f);
        snprintf(command, sizeof command, "sha256sum %s", path);
        f = popen(command, "r");
        assert_int_equal(fscanf(f, "%64s", theirs), 1);
        pclose(f);
        digest_text(data, length[i], ours);
        assert_string_equal(ours, theirs);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_agrees_with_the_build_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
