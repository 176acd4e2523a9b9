/* SPDX-License-Identifier: MIT */
/* The accounts.  The home of a task, the first control that came to it, pays for what the task has
 * with us beside containers.  The home holds the account as well, so a task that has no control has
 * no account. */
#include <hurd/assert.h>
#include <string.h>

#include "container.h"
#include "lock.h"

struct account *account_buckets[ACCOUNT_BUCKETS];

static void settle(struct account *account, struct control *home)
{
    account->home = home;
    home->homes++;
    hurd_cap_object_keep(&home->object);
}

bool account_open(unsigned task, struct control *control)
{
    struct account *account = account_of(task);
    if (!account) {
        account = control_alloc(control, sizeof *account);
        if (!account)
            return false;
        memset(account, 0, sizeof *account);
        account->task = task;
        account->next = account_buckets[task % ACCOUNT_BUCKETS];
        account_buckets[task % ACCOUNT_BUCKETS] = account;
    }
    if (!account->home)
        settle(account, control);
    return true;
}

#define PINS_AT_ONCE    1024u

bool account_let_go(unsigned task)
{
    struct account *account = account_of(task);
    if (!account)
        return true;
    if (pins_take_back(account, NULL, PINS_AT_ONCE))
        return false;
    lock_drop_all(account, NULL);
    assert(!account->pins && !account->locks);
    return true;
}

void account_close(unsigned task)
{
    struct account **link = &account_buckets[task % ACCOUNT_BUCKETS], *account;
    while (*link && (*link)->task != task)
        link = &(*link)->next;
    if (!(account = *link))
        return;
    while (!account_let_go(task))
        continue;
    *link = account->next;
    struct control *home = account->home;
    slab_free(account, sizeof *account);
    if (home) {
        assert_is(home->homes, >, 0);
        home->homes--;
        hurd_cap_object_drop(&home->object);
    }
}

/* Records stay: control_fold() hands their pages to the parent.  The caller keeps the control. */
void account_evict(struct control *home)
{
    for (unsigned i = 0; i < ACCOUNT_BUCKETS && home->homes; i++)
        for (struct account *account = account_buckets[i]; account; account = account->next)
            if (account->home == home) {
                account->home = NULL;
                home->homes--;
                hurd_cap_object_drop(&home->object);
            }
}

void account_unpin(struct container *c)
{
    for (unsigned i = 0; container_held(c) && i < ACCOUNT_BUCKETS; i++)
        for (struct account *account = account_buckets[i]; account; account = account->next) {
            pin_drop_all(account, c);
            lock_drop_all(account, c);
        }
}

void *account_alloc(unsigned task, size_t bytes)
{
    if (task == 0)
        return slab_own_alloc(bytes);
    const struct account *account = account_of(task);
    return account && account->home ? control_alloc(account->home, bytes) : NULL;
}

void account_free(unsigned task, void *block, size_t bytes)
{
    if (task == 0)
        slab_own_free(block, bytes);
    else
        slab_free(block, bytes);
}
