/* SPDX-License-Identifier: MIT */
/* For drivers of the console's parts that live several times: which life this is. */
#ifndef DEVICE_LIFE_H
#define DEVICE_LIFE_H

#include <hurd/device.h>
#include <hurd/startup.h>

/* How many drivers of the device have registered so far. */
static inline L4_Word_t life_of(L4_Word_t device)
{
    struct hurd_startup_cap console = __hurd_startup_data->console;
    struct hurd_driver driver = { .drivers = 0 };
    hurd_driver_find(L4_ThreadIdOfRaw(console.server), console.cap, HURD_DEVICE_ANY, device, &driver);
    return driver.drivers;
}

#endif
