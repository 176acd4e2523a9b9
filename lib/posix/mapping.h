/* SPDX-License-Identifier: MIT */
/* mmap() of files. */
#ifndef POSIX_MAPPING_H
#define POSIX_MAPPING_H

void mapping_begin(void);               /* from now on mmap() takes descriptors of files */

#endif
