/* SPDX-License-Identifier: MIT */
/* Everything of X.2 at once. */
#ifndef L4_L4_H
#define L4_L4_H
#include <l4/bootinfo.h>
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/message.h>
#include <l4/misc.h>
#include <l4/protocol.h>
#include <l4/schedule.h>
#include <l4/sigma0.h>
#include <l4/space.h>
#include <l4/thread.h>
#endif
