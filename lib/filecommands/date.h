/* SPDX-License-Identifier: MIT */
/* Times and modes of files as people read them. */
#ifndef FILECOMMANDS_DATE_H
#define FILECOMMANDS_DATE_H

#include <stdint.h>

/* "1970-01-01 00:00", UTC. */
enum { DATE_TEXT = 48 };
void date_text(int64_t seconds, char text[DATE_TEXT]);
/* "drwxr-xr-x" */
void mode_text(unsigned mode, char text[11]);

#endif
