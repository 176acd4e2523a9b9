/* SPDX-License-Identifier: MIT */
/* What the files of this suite share. */
#ifndef EXEC_TEST_H
#define EXEC_TEST_H

#include <sys/types.h>

#include "tests/guest/deva/suite.h"

#define SELF "/self"                    /* the suite's program file, if suite_can_run() */

/* -1 and this errno. */
#define EXPECT_FAILS(call, wanted)                                                                 \
    do {                                                                                           \
        errno = 0;                                                                                 \
        EXPECT_EQ((long) (call), -1);                                                              \
        EXPECT_EQ(errno, wanted);                                                                  \
    } while (0)

/* The status with which the child ended; -1: not by exit(). */
int ended(pid_t child);
/* A child of fork() executes /self with these arguments and environment: its exit status. */
int status_of(char *const argv[], char *const envp[]);
void file_make(const char *path, const char *text, mode_t mode);

/* child.c: the program's end if its first argument is "child=NAME". */
void child_run(void);

/* spawn_test.c */
void a_spawned_program_runs_as_a_child(void);
void file_actions_are_done_in_their_order(void);
void spawning_says_what_is_wrong(void);
void the_report_makes_room_for_an_action(void);
void attributes_are_checked(void);
void each_form_of_exec_passes_what_it_gets(void);
void a_program_is_searched_for_in_the_path(void);

/* protocol_test.c */
void a_malformed_request_costs_no_gift(void);
void a_task_is_changed_by_itself_only(void);
void gifts_of_the_wrong_kind_are_lost(void);
void what_is_no_program_is_refused(void);

#endif
