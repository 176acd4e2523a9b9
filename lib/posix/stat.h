/* SPDX-License-Identifier: MIT */
#ifndef POSIX_STAT_H
#define POSIX_STAT_H

#include <sys/stat.h>

#include <hurd/io.h>

void stat_from(const struct hurd_file_stat *from, struct stat *to);

#endif
