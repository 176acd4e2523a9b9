/* SPDX-License-Identifier: MIT */
/* A wortel of 2005 knows containers and the master, but no memory controls. */
#include <stdbool.h>

#include "servers/wortel/wortel.h"

int __real_cap_request(struct reply *r);
int __wrap_cap_request(struct reply *r);

/* A control is asked for with one item, whose fpage is nil. */
static bool asks_for_a_control(const struct reply *r)
{
    return r->u == 1 && r->t == 2 && r->word[2] == 0;
}

int __wrap_cap_request(struct reply *r)
{
    int err = __real_cap_request(r);
    while (!err && asks_for_a_control(r)) {
        cap_reply(0);
        r->u = r->t = 0;
        err = __real_cap_request(r);
    }
    return err;
}
