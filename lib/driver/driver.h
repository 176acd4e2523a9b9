/* SPDX-License-Identifier: MIT */
/* For drivers: the device that the framework has started us for, and a loop that serves clients.
 * docs/driver.md shows how to use it.  All functions return 0 or an errno. */
#ifndef DRIVER_H
#define DRIVER_H

#include <stdint.h>

#include <hurd/cap.h>
#include <hurd/device.h>

struct driver {
    L4_ThreadId_t deva;
    L4_Word_t handle;           /* the device capability */
    struct hurd_device device;
};

/* Finds the device.  ENOENT: the framework has not started this program.  Blocks for some seconds
 * at most, because the capability comes a little after the start. */
int driver_init(struct driver *d);

/* Maps the device's n-th range of ports, n counted from 0.  Post: *first is its first port, *count
 * how many there are (NULL: the caller does not need it).  ENOENT: there are not so many ranges;
 * else the errors of ports_map. */
int driver_ports(const struct driver *d, unsigned n, uint16_t *first, unsigned *count);

/* Maps the device's n-th range of memory, its first HURD_DEVA_MEMORY_LARGEST bytes at most.
 * ENOENT, ENOMEM, or the errors of memory_map. */
int driver_memory(const struct driver *d, unsigned n, volatile void **at, uint32_t *bytes);

/* Attaches the device's n-th interrupt line to the calling thread.  ENOENT, or the errors of
 * irq_attach. */
int driver_interrupt(const struct driver *d, unsigned n);

/* Serves for ever, as the device's driver.  serve: a request has come; it returns what serve() of
 * hurd/cap.h returns.  There are no capabilities, so arg[0] is the first argument.  interrupt may
 * be NULL; it returns whether the device wanted something.  Returns only if deva refuses: an
 * errno. */
int driver_serve(const struct driver *d, int (*serve)(struct hurd_cap_call *call),
                 int (*interrupt)(L4_Word_t line));

/* Returns the microseconds since some moment. */
uint64_t driver_clock(void);

/* Sleeps for `us` microseconds, so other threads run.  Blocks. */
void driver_pause(uint32_t us);

uint8_t port_in8(uint16_t port);
uint16_t port_in16(uint16_t port);
uint32_t port_in32(uint16_t port);
void port_out8(uint16_t port, uint8_t value);
void port_out16(uint16_t port, uint16_t value);
void port_out32(uint16_t port, uint32_t value);

#endif
