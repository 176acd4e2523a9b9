/* SPDX-License-Identifier: MIT */
/* ask [N]: asks for N names (1) and greets them; Ctrl-D ends it, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    char name[80];
    unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 0) : 1;
    while (n-- > 0) {
        printf("name? ");
        if (!fgets(name, sizeof name, stdin)) {
            printf("nobody\n");
            return 1;
        }
        name[strcspn(name, "\n")] = '\0';
        printf("hello %s.\n", name);
    }
    return 0;
}
