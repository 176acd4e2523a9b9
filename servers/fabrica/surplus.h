/* SPDX-License-Identifier: MIT */
/* What fabrica got, and no driver needs. */
#ifndef FABRICA_SURPLUS_H
#define FABRICA_SURPLUS_H

/* Gives it back to init.  Pre: the devices are found, and each driver that is to run was started.
 * Post: fabrica keeps what all drivers need that fit a device.  Returns 0 or an errno of physmem or
 * `task`.  Blocks until they reply. */
int surplus_return(void);

#endif
