/* SPDX-License-Identifier: MIT */
/* The tests of streams_test.c and fork_test.c, for the list in posix_test.c. */
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

#endif
