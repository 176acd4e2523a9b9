/* SPDX-License-Identifier: MIT */
/* A function of a mortal driver: the real one, after a step that may be the driver's last. */
#ifndef DISK_MORTAL_H
#define DISK_MORTAL_H

#include <stdint.h>

void mortal_step(void);

#define WRAP(type, name, parameters, arguments)                                                    \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        mortal_step();                                                                             \
        return __real_##name arguments;                                                            \
    }

#endif
