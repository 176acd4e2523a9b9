/* SPDX-License-Identifier: MIT */
/* The PC speaker, from a driver of class HURD_DEVICE_SPEAKER (hurd/device.h: hurd_driver_find()).
 * Every task may use it.
 *
 *   label  operation      request words              reply
 *   1120   speaker_beep   0 hertz, 1 milliseconds    none; blocks until the tone has ended
 *
 * EINVAL: not two words, or hertz not in 20..20,000, or milliseconds not in 1..2,000. */
#ifndef HURD_SPEAKER_H
#define HURD_SPEAKER_H

#include <l4/types.h>

#define HURD_SPEAKER_BEEP 1120

#define HURD_SPEAKER_LOWEST  20u
#define HURD_SPEAKER_HIGHEST 20000u
#define HURD_SPEAKER_LONGEST 2000u

/* Returns 0 or an errno; as hurd_clock_read() (hurd/clock.h). */
int hurd_speaker_beep(L4_ThreadId_t driver, L4_Word_t hertz, L4_Word_t milliseconds);

#endif
