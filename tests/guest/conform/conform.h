/* SPDX-License-Identifier: MIT */
/* What the files of this suite share: each is a part of POSIX.  The X lists hold the names of the
 * tests, which main.c runs. */
#ifndef CONFORM_H
#define CONFORM_H

#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/guest/deva/suite.h"

#define EXPECT_TEXT(is, wanted) EXPECT_EQ(strcmp((is), (wanted)), 0)

/* Runs the block in a child, and the result is the child's status as waitpid() has it. */
#define IN_CHILD(block)                                                                            \
    ({                                                                                             \
        int status_ = -1;                                                                          \
        pid_t child_ = fork();                                                                     \
        if (child_ == 0) {                                                                         \
            block;                                                                                 \
            _exit(0);                                                                              \
        }                                                                                          \
        EXPECT_EQ(waitpid(child_, &status_, 0), child_);                                           \
        status_;                                                                                   \
    })

#define MAPS(X)                                                                                    \
    X(a_file_that_is_mapped_shared_gets_what_is_written)                                           \
    X(a_private_map_keeps_its_changes)                                                             \
    X(bytes_behind_the_end_of_a_mapped_file_are_zero_and_not_written)                              \
    X(a_page_behind_the_end_of_a_mapped_file_is_a_bus_error)                                       \
    X(a_map_stays_when_its_file_is_closed_and_removed)                                             \
    X(mmap_names_its_errors)                                                                       \
    X(a_fixed_map_replaces_what_was_there)                                                         \
    X(munmap_and_mprotect_take_access_away)                                                        \
    X(msync_and_locks_name_their_errors)                                                           \
    X(mincore_and_mremap_as_linux_has_them)                                                        \
    X(memory_with_a_name)
#define SIGNALS(X)                                                                                 \
    X(a_handler_runs_with_its_mask)                                                                \
    X(flags_of_sigaction_do_what_they_say)                                                         \
    X(sigaction_names_its_errors)                                                                  \
    X(signals_that_are_blocked_wait)                                                               \
    X(signals_of_the_whole_process_wait)                                                           \
    X(older_functions_for_signals)                                                                 \
    X(a_handler_on_another_stack)                                                                  \
    X(abort_is_a_signal)                                                                           \
    X(alarms_and_pauses)
#define QUEUED(X)                                                                                  \
    X(signals_of_real_time_come_each_time_and_in_order)                                            \
    X(a_signal_without_a_value_queues_as_well)                                                     \
    X(other_signals_have_a_value_too)                                                              \
    X(sigqueue_is_bounded_and_names_its_errors)                                                    \
    X(a_tree_of_senders_leaves_room_for_others)                                                    \
    X(what_waits_for_a_process_ends_with_it)                                                       \
    X(sigwaitinfo_gives_values)                                                                    \
    X(signals_queue_in_another_task)                                                               \
    X(waitid_tells_ends_and_stops)
#define PROCESSES(X)                                                                               \
    X(waitpid_tells_ends_and_errors)                                                               \
    X(children_by_bsds_calls)                                                                      \
    X(a_child_is_like_its_parent_but_for_a_few_things)                                             \
    X(exec_passes_arguments_and_environment)                                                       \
    X(pipes_end_and_break)                                                                         \
    X(select_and_poll_tell_what_is_ready)                                                          \
    X(pselect_waits_with_a_mask_of_its_own)                                                        \
    X(children_that_nobody_wants_leave_nothing)
#define FILES(X)                                                                                   \
    X(the_folder_for_temporary_files_is_there)                                                     \
    X(dup2_and_its_kin)                                                                            \
    X(messages_for_the_log_go_to_the_standard_error)                                               \
    X(lseek_beyond_the_end_makes_a_hole)                                                           \
    X(flags_of_open)                                                                               \
    X(rename_replaces_and_refuses)                                                                 \
    X(a_removed_file_lives_as_long_as_it_is_open)                                                  \
    X(readdir_sees_names_that_stay)                                                                \
    X(pieces_are_read_and_written_in_order)                                                        \
    X(paths_are_taken_apart)                                                                       \
    X(new_names_for_temporary_files)
#define AT(X)                                                                                      \
    X(paths_begin_at_an_open_directory)                                                            \
    X(an_open_directory_may_get_another_name)                                                      \
    X(times_and_owners_at_a_directory)                                                             \
    X(calls_at_a_directory_name_their_errors)
#define NAMES(X)                                                                                   \
    X(glob_finds_names_by_a_pattern)                                                               \
    X(nftw_walks_through_a_tree)                                                                   \
    X(tables_trees_and_queues)
#define STREAMS(X)                                                                                 \
    X(what_was_printed_is_scanned_again)                                                           \
    X(a_scan_takes_no_more_than_it_needs)                                                          \
    X(a_scan_brings_memory_for_its_text)                                                           \
    X(ungetc_and_positions)                                                                        \
    X(positions_beyond_the_end)                                                                    \
    X(buffers_of_streams)                                                                          \
    X(a_stream_of_memory_grows)                                                                    \
    X(a_stream_of_memory_of_a_given_size)                                                          \
    X(streams_of_memory_name_their_errors)                                                         \
    X(freopen_takes_another_file)                                                                  \
    X(lines_of_any_length)                                                                         \
    X(streams_remember_errors_and_ends)
#define LIBRARY(X)                                                                                 \
    X(numbers_from_text)                                                                           \
    X(numbers_to_text)                                                                             \
    X(options_of_a_command_line)                                                                   \
    X(time_there_and_back)                                                                         \
    X(clocks_and_sleeps)                                                                           \
    X(the_system_says_what_it_is)                                                                  \
    X(random_numbers_of_the_standard)                                                              \
    X(patterns_of_names)
#define THREADS(X)                                                                                 \
    X(threads_begin_and_end)                                                                       \
    X(a_signal_for_one_thread)                                                                     \
    X(a_signal_for_any_thread)                                                                     \
    X(mutexes_of_each_type)                                                                        \
    X(conditions_wake_threads)                                                                     \
    X(values_of_a_threads_own)                                                                     \
    X(a_thread_is_cancelled)                                                                       \
    X(semaphores_count)                                                                            \
    X(readers_writers_and_barriers)                                                                \
    X(the_lock_of_a_stream_nests)                                                                  \
    X(fork_with_threads)

#define DECLARE(name) void name(void);
MAPS(DECLARE)
SIGNALS(DECLARE)
QUEUED(DECLARE)
PROCESSES(DECLARE)
FILES(DECLARE)
AT(DECLARE)
NAMES(DECLARE)
STREAMS(DECLARE)
LIBRARY(DECLARE)
THREADS(DECLARE)

#endif
