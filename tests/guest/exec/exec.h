/* SPDX-License-Identifier: MIT */
/* What the files of this suite share. */
#ifndef EXEC_TEST_H
#define EXEC_TEST_H

#include <sys/types.h>

#include <hurd/startup.h>

#include "tests/guest/deva/suite.h"

#define SELF "/self"                    /* the suite's program file, if suite_can_run() */

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
void a_spawned_program_has_what_the_caller_had(void);
void a_spawned_program_without_descriptors_has_its_streams(void);
void a_spawned_program_may_have_nothing_open(void);
void a_task_that_cannot_fork_spawns(void);
void spawning_says_what_is_wrong(void);
void the_report_makes_room_for_an_action(void);
void attributes_are_checked(void);
void each_form_of_exec_passes_what_it_gets(void);
void a_program_is_searched_for_in_the_path(void);

/* image_test.c */
int image_status(void);                 /* a byte of the program file that the tests change */
bool image_is_ours(void);               /* do we pay for the pages of our program file? */
void a_program_starts_as_its_file_is_now(void);
void writes_through_a_map_are_in_the_next_start(void);
void a_program_from_a_file_does_not_pay_for_its_text(void);
void a_held_image_starts_programs(void);
void images_are_refused(void);
void an_image_charges_its_maker(void);
void the_file_server_says_why_there_is_no_image(void);
void an_empty_image_belongs_to_its_maker(void);
void the_file_of_a_running_program_is_not_written_to(void);
void a_running_program_keeps_a_file_that_is_replaced(void);
void what_the_file_server_cannot_bring_is_refused(void);
void a_program_from_a_file_starts_itself(void);
int pages_are_refused(void);            /* 0, or which condition does not hold */
int starts_itself(void);                /* 0, or an errno */

/* protocol_test.c */
void a_malformed_request_costs_no_gift(void);
void a_task_is_changed_by_itself_only(void);
void gifts_of_the_wrong_kind_are_lost(void);
void what_is_no_program_is_refused(void);
void a_start_without_an_image_costs_no_memory(void);

static inline L4_ThreadId_t physmem(void)
{
    return L4_ThreadIdOfRaw(__hurd_startup_data->physmem_control.server);
}

#endif
