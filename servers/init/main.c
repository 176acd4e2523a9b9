/* SPDX-License-Identifier: MIT */
/* init, the last task that wortel starts.  It runs the demo, then the shell; with `batch` it ends
 * the machine with the demo's status instead.  Its options are words on its module's command line:
 *      batch               no shell: power off with the status of the program that was run
 *      demo=WORD,WORD...   arguments of the demo (a comma stands for a space)
 *      run=NAME,WORD...    run this program in place of the demo
 *      devices             it may use devices: it gets deva's master capability
 *      use=DISK            it may use that disk or partition, named as in the shell
 *      files               it may use the root file system: one more argument, files=THREAD, says
 *                          which thread (in hexadecimal digits) is the file server
 *      only=PATTERN        one more argument, only=PATTERN, for it
 *      keymap=LAYOUT       the keyboard's layout: us, de, fr
 *      revoke=N            physmem takes mappings away at random, at one request in N
 *      shake=SEED          physmem moves pages at random, all the time
 *      disk, disk=WORD     starts the IDE driver, with that argument
 *      drivers=WORD:...    arguments of the driver framework (servers/fabrica), when it is started
 *      root=DISK           mounts that disk or partition; root=ram: a RAM disk with the files
 *                          of the archive's root.img
 *      swap, swap=DISK     pages go out to the first swap partition, or to that disk or partition
 *      swap=ram:N          the same, to the RAM disk
 *      status              shows the status line on the screen
 *      policy              starts the policy server, which shares out extra pages
 *      policy=run          the program of run= gets its capability instead
 *      paging              shows paging after the demo, with swap in memory if there is no other
 *      ramdisk=N           starts the RAM disk, N megabytes of it; with N:SEEK:PAGE as slow as
 *                          a disk that needs so many us to find a place, and for each page */
#include "commands.h"
#include "disks.h"
#include "paging.h"
#include "programs.h"
#include "root.h"
#include "services.h"
#include "jobs.h"
#include "shell.h"
#include "status.h"
#include "lib/shell/words.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hurd/cap.h>
#include <hurd/physmem.h>
#include <hurd/startup.h>

#define ARGZ_MAX 200

struct options {
    bool batch;
    bool devices;
    bool paging;
    bool status;
    bool files;
    bool policy, policy_for_first;      /* the policy server runs; the first program is one */
    unsigned long revoke;       /* 0: physmem leaves mappings alone */
    unsigned long shake;        /* 0: physmem leaves pages where they are */
    const char *disk;           /* the driver's argument; NULL: no driver */
    const char *use;            /* what the first program may use; NULL: nothing */
    const char *ram;            /* the RAM disk's arguments; NULL: no RAM disk */
    const char *swap;           /* where pages go; "": to the first swap partition; NULL: no swap */
    const char *root;           /* what is mounted; NULL: nothing */
    char argz[ARGZ_MAX];        /* the program to run and its arguments */
    size_t length;
    bool too_long;
};

/* Adds words to the argz.  Commas become the zeros between them. */
static void add_words(struct options *o, const char *words)
{
    size_t size = strlen(words) + 1;
    if (size > ARGZ_MAX - o->length) {
        o->too_long = true;
        return;
    }
    for (size_t i = 0; i < size; i++)
        o->argz[o->length + i] = words[i] == ',' ? '\0' : words[i];
    o->length += size;
}

static const char *value_of(const char *word, const char *option)
{
    size_t length = strlen(option);
    return strncmp(word, option, length) ? NULL : word + length;
}

static void read_options(struct options *o, int argc, char **argv)
{
    const char *demo = NULL, *run = "demo", *only = NULL;
    for (int i = 1; i < argc; i++) {
        const char *value;
        if (!strcmp(argv[i], "batch"))
            o->batch = true;
        else if (!strcmp(argv[i], "status"))
            o->status = true;
        else if (!strcmp(argv[i], "paging"))
            o->paging = true;
        else if (!strcmp(argv[i], "devices"))
            o->devices = true;
        else if (!strcmp(argv[i], "files"))
            o->files = true;
        else if ((value = value_of(argv[i], "demo=")))
            demo = value;
        else if ((value = value_of(argv[i], "run=")))
            run = value;
        else if (value_of(argv[i], "only="))
            only = argv[i];
        else if ((value = value_of(argv[i], "revoke=")) && words_number(value, &o->revoke))
            continue;
        else if ((value = value_of(argv[i], "shake=")) && words_number(value, &o->shake))
            continue;
        else if ((value = value_of(argv[i], "keymap=")))
            command_set_keymap(value);
        else if ((value = value_of(argv[i], "drivers=")))
            services_fabrica_words(value);
        else if (!strcmp(argv[i], "disk"))
            o->disk = "";
        else if ((value = value_of(argv[i], "disk=")))
            o->disk = value;
        else if ((value = value_of(argv[i], "use=")))
            o->use = value;
        else if ((value = value_of(argv[i], "root=")))
            o->root = value;
        else if ((value = value_of(argv[i], "ramdisk=")))
            o->ram = value;
        else if ((value = value_of(argv[i], "swap=ram:"))) {
            o->ram = value;
            o->swap = RAM_DISK;
        } else if ((value = value_of(argv[i], "swap=")))
            o->swap = value;
        else if (!strcmp(argv[i], "swap"))
            o->swap = "";
        else if (!strcmp(argv[i], "policy"))
            o->policy = true;
        else if (!strcmp(argv[i], "policy=run"))
            o->policy_for_first = true;
        else
            printf("init: unknown option %s\n", argv[i]);
    }
    add_words(o, run);
    if (demo && *demo && !strcmp(run, "demo"))
        add_words(o, demo);
    if (only)
        add_words(o, only);
}

static void start_revoking(unsigned long n)
{
    struct hurd_startup_cap master = __hurd_startup_data->physmem_master;
    int err = hurd_pm_debug_revoke(L4_ThreadIdOfRaw(master.server), master.cap, n);
    if (err)
        printf("init: physmem does not revoke mappings: %s\n", strerror(err));
}

static void start_shaking(unsigned long seed)
{
    struct hurd_startup_cap master = __hurd_startup_data->physmem_master;
    int err = hurd_pm_debug_shake(L4_ThreadIdOfRaw(master.server), master.cap, seed, NULL);
    if (err)
        printf("init: physmem does not move pages: %s\n", strerror(err));
}

static void say_shaken(void)
{
    struct hurd_startup_cap control = __hurd_startup_data->physmem_control;
    struct hurd_pm_extra_info info = {0};
    hurd_pm_extra_info(L4_ThreadIdOfRaw(control.server), control.cap, &info);
    printf("init: physmem has moved %lu pages\n", info.moved);
}

static void start_drivers(const struct options *o)
{
    if (o->disk)
        services_start_ide(o->disk);
    if (o->ram)
        services_start_ramdisk(o->ram);
    if (o->root)
        root_mount(o->root);            /* before swap: in a small machine, files are worth more */
    if (o->swap)
        services_start_swap(o->swap);
    if (o->policy)
        services_start_policy();
}

/* Finds the sectors that `use=` names.  If there are none, prints why and returns false. */
static bool find_sectors(const char *name, struct hurd_deva_extent *sectors)
{
    const char *problem = disks_parse_free(name, sectors);
    if (problem)
        printf("init: use=%s: %s\n", name, problem);
    return !problem;
}

/* The program learns which thread to ask for files. */
static void add_server(struct options *o)
{
    char word[24];
    struct files *files = root_files();
    if (!files)
        return;
    snprintf(word, sizeof word, "files=%lx", (unsigned long) files->server.raw);
    add_words(o, word);
}

/* Returns the status of the program, or one that says that it never ran. */
static unsigned run_first_program(struct options *o)
{
    if (o->files)
        add_server(o);
    if (o->too_long) {
        printf("init: the program's arguments are too long\n");
        return EXIT_FAILURE;
    }
    struct program program;
    struct hurd_deva_extent sectors;
    bool disk = o->use && find_sectors(o->use, &sectors);
    int err = program_start(o->argz, o->length, programs_share(7), &program);
    if (err) {
        printf("init: cannot start %s: %s\n", o->argz, strerror(err));
        return EXIT_FAILURE;
    }
    if (o->policy_for_first && (err = program_give_policy(&program)))
        printf("init: no policy capability for %s: %s\n", o->argz, strerror(err));
    if (o->devices && (err = program_give_devices(&program)))
        printf("init: no devices for %s: %s\n", o->argz, strerror(err));
    if (disk && (err = program_give_sectors(&program, &sectors)))
        printf("init: no disk for %s: %s\n", o->argz, strerror(err));
    return job_wait_for(&program);
}

int main(int argc, char **argv)
{
    static struct options options;
    read_options(&options, argc, argv);
    if (options.revoke)
        start_revoking(options.revoke);
    if (options.shake)
        start_shaking(options.shake);
    if (options.status)
        status_set(true);
    int err = programs_init();
    if (err)
        printf("init: no programs: %s\n", strerror(err));
    if (!err)
        start_drivers(&options);
    unsigned status = err ? EXIT_FAILURE : run_first_program(&options);
    if (options.paging && status == 0)
        status = paging_show("paging\0frames=96", sizeof "paging\0frames=96");
    if (options.batch && options.shake)
        say_shaken();
    if (options.batch)
        shell_shutdown(status, false);
    else
        printf("Type help for the commands.\n");
    shell_run(status);
    printf("init: the console is gone\n");
    return EXIT_FAILURE;
}
