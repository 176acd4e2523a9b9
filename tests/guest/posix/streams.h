/* SPDX-License-Identifier: MIT */
/* The tests of streams_test.c, fork_test.c, waits_test.c, pollers_test.c and devices_test.c, for the list in posix_test.c. */
#ifndef POSIX_STREAMS_TEST_H
#define POSIX_STREAMS_TEST_H

void a_stream_writes_what_another_reads(void);
void a_stream_of_many_blocks_is_whole(void);
void an_update_stream_turns_from_reading_to_writing(void);
void appended_text_and_what_exists_already(void);
void a_stream_is_used_only_as_it_was_opened(void);
void buffers_are_as_long_as_asked(void);
void the_standard_output_is_a_descriptor(void);
void a_stream_is_opened_anew(void);
void a_full_disk_is_an_error_of_the_stream(void);
void variables_are_set_and_removed(void);
void the_rest_of_the_library_is_there(void);
void parent_and_child_share_positions(void);
void a_child_keeps_files_that_the_parent_closes(void);
void a_childs_table_is_its_own(void);
void a_report_needs_no_lock_of_descriptors(void);
void a_writer_without_a_reader_gets_a_signal(void);
void a_signal_breaks_off_reads_and_writes_of_a_pipe(void);
void a_pipe_that_must_not_wait_says_so(void);
void poll_tells_what_is_ready(void);
void select_is_poll_for_sets(void);
void poll_wakes_up_when_it_happens(void);
void poll_waits_for_few_pipes_and_for_many(void);
void poll_that_has_waited_long_enough_leaves_nothing_behind(void);
void writes_of_several_writers_stay_whole(void);
void a_pipe_carries_what_is_larger_than_it(void);
void locks_are_kept_cut_and_joined(void);
void locks_of_others_are_in_the_way(void);
void a_wait_for_a_lock_that_would_never_end_is_refused(void);
void wrong_locks(void);
void a_terminal_has_modes_and_a_size(void);
void clocks_go_forward(void);
void the_null_device_takes_all_and_gives_nothing(void);
void the_zero_and_the_full_device_give_zeros(void);
void devices_are_no_regular_files(void);
void the_terminal_has_a_name(void);

#endif
