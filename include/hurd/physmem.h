/* SPDX-License-Identifier: MIT */
/* physmem's protocol: containers, memory control capabilities, statistics. Spec: hurd-l4-design.md
 * 2 and 4.3-4.4 (the 2005 labels, byte for byte), and our extensions from 136 up.
 *
 * Requests: label = operation, word 0 = handle, untyped words only.  Replies: label = errno (Linux
 * numbers), 0 = success.  A bad handle, a handle of the wrong kind or another task's handle: label
 * EBADF, no words.  Unknown labels: EOPNOTSUPP.  A wrong number of words, a size of zero, an
 * unaligned start or size, a range that wraps: EINVAL. All sizes, starts and amounts are in bytes
 * and multiples of 4 KB, container indices run over 32 bits.
 *
 * Payment: a control capability stands for a guarantee of frames and, beside it, for its books,
 * some frames for records (one, and one for each 512 guaranteed; the splitter pays for both).
 * Each page promised in a container is charged one frame to the container's control; so are frames
 * of records beyond the books.  Records of a container are its control's; handles, pins and what
 * else is kept for a task are its home's, which is the first control that came to it, even
 * if it is another task's now.  A task without a home (it never had a control, or destroyed it)
 * gets no more handles: ENOMEM.
 *
 * Spending: the owner of a container is the task to which its control was last given.  Others
 * with a strong handle may use, copy, give back and destroy, but not spend: EPERM.  Boot tasks
 * (ids below 513) may, as they equip others.  A task that holds the control itself may split it and
 * create containers that charge it.
 *
 * How long: a request for more than 64 pages is served in turns; between two turns physmem serves
 * other requests, and the reply comes at the end.  Everything is checked before anything changes.
 * If another request changes the pages meanwhile, the long request ends with the error that it
 * meets then, and word 0 says how far it came.  A long request costs a record; ENOMEM: there is no
 * memory for it.  A thread that sends another request meanwhile does not get the reply to the long
 * one, which goes on; if the new request is long, too, it is EAGAIN.  A boot task that cannot pay
 * for the record is served in one piece.  MAP fills at most 64 pages a request.
 *
 * Mappings are a cache: physmem may take away any of them at any time, except those of wired
 * containers and pinned pages. The client faults, and asks again. */
#ifndef HURD_PHYSMEM_H
#define HURD_PHYSMEM_H

#include <l4/types.h>

/* Flags: the later 2005 numbers.  Without HURD_PM_PARTIAL an allocation or copy is all or nothing,
 * so HURD_PM_ALL_OR_NONE says nothing new; both together are EINVAL, as are other bits. */
#define HURD_PM_EXECUTE     0x0001u     /* map */
#define HURD_PM_WRITE       0x0002u
#define HURD_PM_READ        0x0004u
#define HURD_PM_RIGHTS      0x0007u
#define HURD_PM_SHARED      0x0008u     /* copy: both sides see each other's writes from now on */
#define HURD_PM_MOVE        0x0010u     /* copy: the source becomes a hole */
#define HURD_PM_ALL_OR_NONE 0x0100u
#define HURD_PM_SQUASH      0x0200u     /* allocate, copy: replace what is there, contents lost */
#define HURD_PM_EXTRA       0x0400u     /* allocate, harden: extra pages, beyond the guarantee */
#define HURD_PM_DMA         0x0800u     /* allocate: fit for DMA.  Every frame is: no effect */
#define HURD_PM_PARTIAL     0x1000u     /* allocate, copy: do what goes, tell error and amount */
#define HURD_PM_WIRED       0x2000u     /* create: bound at once, never unmapped by physmem */
#define HURD_PM_PINNED      0x4000u     /* map, allocate and map: the pages are pinned first */
#define HURD_PM_APART       0x8000u     /* copy: each page gets a frame of its own at once */

/* The 2005 operations.
 *
 * CONTAINER_CREATE      0 control [, 1 flags: 0 or WIRED]          0 handle
 *   The container charges that control capability.  The handle of a container may stand for the
 *   control that it charges (programs of 2005 do that; EPERM: it is another task's).  EACCES: a
 *   weak reference.  ENOMEM: the guarantee is used up.  EBUSY: the control is being destroyed.  A
 *   wired container is bound at once and never unmapped; all wired and pinned pages of one task:
 *   see HURD_PM_WIRED_MAX, EAGAIN beyond.
 *
 * CONTAINER_SHARE       0 container [, 1 target task [, 2 rights]]      0 handle for the target
 *   A weak reference: for map, and as copy source or destination only.  Without a target it is the
 *   caller's own. Rights default to the caller's and cannot exceed them (EACCES).  A weak reference
 *   cannot be shared on (EPERM). ESRCH: the target is unknown; EPERM, EMFILE: it does not want it
 *   (see HURD_CAP_OPEN).  It ends by CONTAINER_REVOKE, with the container, or dropped.
 *
 * CONTAINER_ALLOCATE    0 container, 1 flags, 2 start, 3 size      0 bytes allocated
 *   Promises frames; contents are zero.  Flags: PARTIAL, ALL_OR_NONE, SQUASH, EXTRA, DMA. EEXIST:
 *   something is there (and no SQUASH).  ENOMEM: guarantee exceeded.  EPERM: weak reference, or the
 *   container is another task's.  EAGAIN: wired cap. With PARTIAL the label is the error that
 *   ended it and word 0 what was done before; otherwise 0 bytes on error.  Wired pages come all or
 *   not at all.  EBUSY: the control is being destroyed.
 *
 * CONTAINER_DEALLOCATE  0 container, 1 start, 2 size               0 bytes given back
 *   Any range; holes are skipped.  Every mapping of what goes is revoked first.  EPERM: weak
 *   reference. EBUSY: a page in the range is pinned (and the container not wired); nothing is
 *   changed then.
 *
 * CONTAINER_MAP         its forms are told apart by the number of words:
 *   u = 5:  0 container, 1 rights, 2 vaddr, 3 index, 4 size        unaligned: EINVAL
 *   u = 6:  the same, 5 flags (see ALLOCATE_MAP)
 *   u = 4:  0 container, 1 index | rights, 2 size, 3 vaddr         rounded: down, up, down
 *   Reply: up to 31 map items, send base = address in the client, and no words.  The client's
 *   acceptor is the window, normally the whole space.  From the start up to the first hole, or as
 *   far as 31 items and 32 new pages reach: add up the fpages and ask again for the rest.  ENOENT:
 *   the first page is a hole.  EACCES: more rights than the capability has.  EINVAL: no rights.
 *   EBUSY: a pinned page by a weak reference.  WRITE ends copy-on-write for these pages; without it
 *   they come read-only.
 *
 * CONTAINER_COPY        0 source, 1 its start, 2 destination, 3 its start, 4 size, 5 flags
 *                       -> 0 bytes copied
 *   Copy-on-write, page by page; both handles are the caller's.  Flags: one of SHARED, MOVE and
 *   APART, SQUASH, PARTIAL, ALL_OR_NONE.  With APART no mapping of the source changes: for pages
 *   that both sides write to soon.  Pages that are not in core come as without it.  The destination
 *   is charged; it must be a hole, unless SQUASH replaces it.
 *   ENOENT: hole in the source (with PARTIAL: the amount before it counts).  EEXIST, ENOMEM, EAGAIN
 *   as in allocate.  EACCES: source without read (SHARED: write too), destination without write.
 *   EPERM: SHARED or MOVE from a weak reference, SHARED to one, or a destination that is weak or
 *   another task's and would have to grow: it takes SQUASH over existing pages only.  EBUSY:
 *   SHARED or MOVE over or from pinned pages, or the destination's control is being destroyed.
 *   EINVAL: the two ranges overlap in one container, or a flag is unknown. */
#define HURD_PM_CONTAINER_MAP_OLD       128u
#define HURD_PM_CONTAINER_CREATE        130u
#define HURD_PM_CONTAINER_SHARE         131u
#define HURD_PM_CONTAINER_ALLOCATE      132u
#define HURD_PM_CONTAINER_DEALLOCATE    133u
#define HURD_PM_CONTAINER_MAP           134u
#define HURD_PM_CONTAINER_COPY          135u

/* Extensions.
 *
 * CONTROL_SPLIT         0 control, 1 frames [, 2 target task]      0 handle for the target
 *   The guarantee shrinks by `frames` and the child's books (0 = all that are unused), a child
 *   control with so many appears in the target's table (default: the caller's).  ENOMEM: not so
 *   many unused.  EBUSY as below.  ESRCH, EPERM and EMFILE as in SHARE.  When the last handle is
 *   dropped, or the holder dies, and nothing is charged to it any more (a task's home: the task is
 *   gone), the frames return to the parent by themselves.
 * CONTROL_GIVE_BACK     0 control, 1 frames                        0 frames given back
 *   The guarantee shrinks by so many unused frames (0 = all that are unused), that of its parent
 *   grows.  EPERM: the first control of all has no parent.  ENOMEM: not so many unused.
 * CONTROL_PASS          0 control, 1 one below it, 2 frames        -
 *   So many unused frames of the first control, and frames for their books, are the second one's
 *   from now on; in between nothing changes.  What the second one may have on disk grows in
 *   proportion.  When the second one goes, all that it had is its parent's.  EPERM: it is not below
 *   the first.  ENOMEM: not so many unused.  EBUSY as below.
 * CONTROL_DESTROY       0 control                                  -
 *   All descendants and every container charged to any of them vanish, the guarantee returns to the
 *   parent.  EPERM: the first control of all has no parent.  Many of them go one after the other,
 *   and the reply comes when all are gone.  Until then no container and no control can be made
 *   below it, no page allocated by ALLOCATE and none copied there (EBUSY), and a second DESTROY
 *   waits for the same end.
 * CONTROL_INFO          0 control                            struct hurd_pm_control_info, in words
 *
 * CONTAINER_DESTROY     0 container                                -
 *   All handles to it, weak ones included, are dead.  EPERM: weak reference (drop it instead).
 * CONTAINER_REVOKE      0 container, 1 target task or 0 = all      0 how many weak references died
 *   All mappings of the container's pages are revoked, the owner's too (they come back by
 *   faulting), but not of pinned pages, which no weak reference can map.  EPERM: weak.
 * CONTAINER_RELEASE     0 container, 1 start, 2 size               0 bytes
 *   Orphans data before reuse: pages that are copies or shared leave their sharers and are fresh
 *   zero pages again, at no cost of copying.  Other pages keep their contents.  Holes are skipped.
 *   EPERM: weak reference.
 * CONTAINER_PIN         0 container, 1 start, 2 size    0 physical address of start, 1 bytes
 *                       [, 3 limit]
 *   Binds the pages, ends copy-on-write, and keeps them where they are and mapped until the
 *   caller's task says UNPIN or dies: pins are the task's that pinned, not of the one that made
 *   the container (where there are weak references, they are unmapped once, now).  Word 1: how many
 *   bytes are contiguous from word 0 on; all of [start, start + size) is pinned.  Pins count.
 *   ENOENT: hole.
 *   EAGAIN: beyond HURD_PM_WIRED_MAX.  EPERM: weak reference.  EACCES: no write right.
 *   With a limit other than 0, the pages lie below that physical address.  EBUSY: a page is bound
 *   already, and not there.  ENOMEM: no free frame was found there; some pages may be bound now.
 * CONTAINER_UNPIN       0 container, 1 start, 2 size               -
 *   EINVAL: the caller's task has not pinned all of it.
 * CONTAINER_INFO        0 container                         struct hurd_pm_container_info, in words
 *
 * STATISTICS            0 any handle                         struct hurd_pm_statistics, in words
 * TASK_STATISTICS       0 any handle, 1 task id            struct hurd_pm_task_statistics, in words
 *   Of the first task >= that id that holds anything here; ENOENT after the last.  Counts what is
 *   charged to the control capabilities last given to that task.
 * CONTAINER_LIST        0 any handle, 1 task id, 2 number   struct hurd_pm_listed records, in words
 *   Of that task, the containers that its controls pay for, from that number on, 0 being the first:
 *   HURD_PM_LISTED_MOST at most.  No words: there are no more.  EINVAL: the id is no task's.
 * DEBUG_REVOKE          0 the first control, 1 n                   -
 *   From now on one request in about n also revokes every mapping of some 64 pages picked at random
 *   (0: off).  EPERM. Spared: wired and pinned pages, and pages mapped by tasks that did not say
 *   SELF_PAGED.
 * SELF_PAGED            0 any handle                               -
 *   The caller's task can lose mappings from now on: its pager runs.  For DEBUG_REVOKE only; ends
 *   with the task.
 *
 * CAP_INFO              0 any handle, weak ones too        struct hurd_pm_cap_info, in words
 *
 * HURD_CAP_GIVE, _DROP, _OPEN, _LIST, _TAKE_BACK and _TASK_DIED of <hurd/cap.h> are served too.  A
 * control given away is the target's, and with it what the containers that charge it may spend.
 *
 * CONTAINER_ALLOCATE_MAP 0 container, 1 rights, 2 vaddr, 3 start, 4 size      map items, as MAP
 *                        [, 5 flags]
 *   Promises the frames and maps them: ALLOCATE without flags and MAP in one request, with the
 *   errors of both; on an error nothing is allocated.  All of it is allocated; what the items do
 *   not cover is asked for by MAP.
 *
 * Flags of MAP (u = 6) and of ALLOCATE_MAP: 0, or PINNED, other bits are EINVAL.  With PINNED all
 * of the range is pinned before it is mapped, with the errors of PIN; on an error nothing is.  A
 * page that is mapped first and pinned then can lose its mapping between the two requests. */
#define HURD_PM_CONTROL_SPLIT           136u
#define HURD_PM_CONTROL_DESTROY         137u
#define HURD_PM_CONTROL_INFO            138u
#define HURD_PM_CONTAINER_DESTROY       139u
#define HURD_PM_CONTAINER_REVOKE        140u
#define HURD_PM_CONTAINER_RELEASE       141u
#define HURD_PM_CONTAINER_PIN           142u
#define HURD_PM_CONTAINER_UNPIN         143u
#define HURD_PM_CONTAINER_INFO          144u
#define HURD_PM_STATISTICS              145u
#define HURD_PM_TASK_STATISTICS         146u
#define HURD_PM_DEBUG_REVOKE            147u
#define HURD_PM_CAP_INFO                148u
#define HURD_PM_SELF_PAGED              149u
#define HURD_PM_CONTROL_GIVE_BACK       150u
#define HURD_PM_CONTAINER_LIST          183u
#define HURD_PM_CONTROL_PASS            184u
#define HURD_PM_CONTAINER_ALLOCATE_MAP  160u

/* Extra pages.  Spec: hurd-l4-design.md 2.6.  ALLOCATE with EXTRA promises pages that cost nothing
 * of the guarantee, out of frames that nothing claims (ENOMEM: there are not so many; EINVAL: a
 * wired container).  A page that SQUASH or a copy replaces stays an extra page if it was one.  PIN
 * and a MOVE to another control's container are EPERM.  physmem takes extra pages back when a
 * guarantee needs the frames:
 *
 *   - physmem sends RETURN_FRAMES, in one message without a reply and with a send timeout of zero,
 *     to the thread that NOTIFY has named: 0 frames, 1 and 2 the time by which they must be back,
 *     in microseconds of the system clock (low word, high word), 3 the word that NOTIFY gave.  The
 *     task then has HURD_PM_RETURN_TIME to give so many extra pages back, by DEALLOCATE, RETURN or
 *     HARDEN.  The task chooses which ones.
 *   - Then physmem seizes the missing pages.  If NOTIFY has named no thread, physmem seizes at
 *     once.  If the thread does not wait for a message, physmem tries again after
 *     HURD_PM_RETURN_PAUSE; if the thread does not wait then either, physmem seizes.  It begins
 *     with the container made last, and there with the page that has the highest number: so a task
 *     that fills a container from its start loses the newest pages.
 *   - A seized page has no contents any more.  Its first MAP, PIN, HARDEN or COPY says so,
 *     by ESTALE.  From then on it is a hole.  For all other requests
 *     it is a hole from the start.
 *   - The request that needs the frames waits meanwhile, at most both times together.  Requests of
 *     boot tasks do not wait: for them physmem seizes at once.  It does so for records, too, and
 *     keeps 64 frames free for them.
 *
 * CONTROL_NOTIFY        0 control, 1 thread or 0, 2 any word       -
 *   Names the thread that gets RETURN_FRAMES for this control; 0: no thread.  ESRCH: not a global
 *   id of a thread of the caller's task.  EPERM: the control was last given to another task.  Ends
 *   when the control is given away.
 * EXTRA_INFO            0 control                            struct hurd_pm_extra_info, in words
 * CONTAINER_RETURN      0 container, 1 start, 2 size               0 bytes given back
 *   As DEALLOCATE, but a page with a frame of its own becomes a soft reference: HARDEN can bring it
 *   back with its contents until the frame is needed.  It costs a record.  For all other requests
 *   it is a hole.
 * CONTAINER_HARDEN      0 container, 1 flags: 0 or EXTRA, 2 start, 3 size
 *                       -> 0 bytes done, on errors too
 *   Makes soft references pages again, promised or extra ones; without EXTRA extra pages become
 *   promised.  ENOENT: a hole, or the frame was reused: the contents are lost.  ESTALE: seized.
 *   ENOMEM: the guarantee is used up; with EXTRA: there is no frame.  EPERM: weak reference, or
 *   another task's container.
 * CONTAINER_LOCK        0 weak reference, 1 microseconds           -
 *   For so long, at most HURD_PM_LOCK_TIME (EINVAL), no request takes pages of the container away:
 *   DEALLOCATE, RELEASE, RETURN, REVOKE, DESTROY, SQUASH, MOVE and SWAP_OUT wait for the lock's
 *   end (SWAP_OUT with SWAP_NOWAIT: EAGAIN).  The lock ends with the caller's task, and with the
 *   container's control.  EBUSY: the task has a lock there.  EAGAIN: a request waits already.
 *   ENOMEM.  EBADF: not a weak reference.
 * CONTAINER_UNLOCK      0 weak reference                           -
 *   EINVAL: there is no lock of the task, or it is over.
 *
 * DEBUG_SHAKE           0 the first control, 1 seed, 0 = off       0 pages moved so far
 *   From now on physmem moves pages of programs to other frames at random, after each request, and
 *   with an odd seed every 2 ms as well.  EPERM.  Spared: what DEBUG_REVOKE spares, and pages that
 *   are copy-on-write or on disk as well. */
#define HURD_PM_CONTROL_NOTIFY          161u
#define HURD_PM_EXTRA_INFO              162u
#define HURD_PM_CONTAINER_RETURN        163u
#define HURD_PM_CONTAINER_HARDEN        164u
#define HURD_PM_CONTAINER_LOCK          165u
#define HURD_PM_CONTAINER_UNLOCK        166u
#define HURD_PM_DEBUG_SHAKE             167u

/* The policy server.  Spec: hurd-l4-design.md 2.7.  It says how many extra pages each control may
 * have.  Without one, or without its answer for a control, they go to the task that asks first;
 * physmem never waits for it.
 *
 * POLICY_GRANT          0 the first control, 1 target task            0 handle
 *   The target gets the policy capability.  It may give it on: to the task that will replace it.
 *   EPERM: not the first control.  ESRCH, EMFILE.
 * POLICY_BUFFER         0 policy, 1 vaddr                             a map item
 *   Maps the buffer there: HURD_PM_POLICY_ENTRIES of struct hurd_pm_policy_entry, for reading and
 *   writing.  From now on the caller's answers count.  Another task that made this request before
 *   loses the buffer, and its answers count no more.  EINVAL: not a multiple of the buffer's size.
 * POLICY_WAIT           0 policy                                      0 controls in the buffer
 *   Says that the answers are in the buffer: physmem asks holders that have more extra pages than
 *   they may (RETURN_FRAMES, with deadline and seizure).  The reply comes when something in the
 *   buffer has changed.  EPERM: the caller has not the buffer, or has it no more. */
#define HURD_PM_POLICY_GRANT            168u
#define HURD_PM_POLICY_BUFFER           169u
#define HURD_PM_POLICY_WAIT             170u

#define HURD_PM_POLICY_ENTRIES          256u

/* A control that has, or wanted, extra pages.  Each field has one writer, and is read at once.  The
 * first entry stands for all of them: guarantee = the extra pages that there may be now, extra =
 * how many there are, wanted = how many entries are in use. */
struct hurd_pm_policy_entry {
    L4_Word_t task;             /* the control's owner; 0: no control is here */
    L4_Word_t serial;           /* another one for each control */
    L4_Word_t guarantee;        /* frames */
    L4_Word_t extra;            /* extra pages that it has */
    L4_Word_t wanted;           /* ... and with those that it was refused since that changed */
    /* ---- the policy server writes: ---- */
    L4_Word_t most;             /* extra pages that it may have; */
    L4_Word_t answer;           /* written behind it: the serial for which `most` is meant */
    L4_Word_t unused;
};

#define HURD_PM_RETURN_FRAMES           0x1a0u      /* the label of physmem's message */
#define HURD_PM_RETURN_TIME             50000u      /* microseconds */
#define HURD_PM_RETURN_PAUSE            5000u
#define HURD_PM_LOCK_TIME               100000u

/* Swap.  Spec: hurd-l4-design.md 2.8.  A page of a container can be on disk: its slot is used, but
 * costs no frame of the guarantee; it costs one page of the control's swap quota.  Its contents
 * stay what they were.  It comes back only by SWAP_IN.
 *
 *   MAP, PIN, and COPY into a wired container, with SHARED, or from a weak reference return ENXIO
 *   for a page on disk (MAP and a partial COPY give what is before it).  An ordinary copy of such a
 *   page is on disk as well and shares the block; MOVE moves it.  RELEASE leaves it alone.
 *   DEALLOCATE, SQUASH and every request that destroys the container give its block back.
 *
 * SWAP_OUT              0 container, 1 start, 2 size [, 3 flags: 0 or SWAP_NOWAIT]    0 bytes
 *   The pages of the range, in order, lose all mappings and leave.  Their charge to the guarantee
 *   ends at once: the frames are the window's (SWAP_ATTACH) until they are written.  A page needs
 *   no write if its contents are on disk already: it was read in and never mapped for writing, or a
 *   copy of it left before.  Skipped: holes, pages never touched, pages on disk.  Word 0: how far
 *   it came, on errors too: [start, start + word 0) is done.
 *   EPERM: weak reference, or another task's container.  EACCES: no write right.  EBUSY: the page
 *   is pinned, wired, or truly shared (SHARED).  ENODEV: there is no swap, or it is gone for good.
 *   ENOMEM: the quota.  ENOSPC: the disk is full.  EIO: the disk takes nothing any more.
 *   While the window is full the request waits; with SWAP_NOWAIT: EAGAIN.
 * SWAP_IN               0 container, 1 start, 2 size [, 3 flags: 0 or SWAP_NOWAIT]    0 bytes
 *   The pages of the range are in core when the reply comes, each charged one frame.  A page whose
 *   contents are still in core somewhere (not yet written, or in a copy) comes without a read.
 *   Skipped: all other pages.  Neighbours on disk are read together.  Word 0 as above.
 *   ENOMEM: the guarantee has no room for all of them; nothing has changed (if other requests spend
 *   it meanwhile: word 0).  EIO: the disk could not; the page stays where it is.  EPERM, EACCES as
 *   above.  SWAP_NOWAIT: pages in core come, the reads of up to 16 others begin, and the reply is
 *   EAGAIN if some are missing.
 *   A thread that waits here and sends physmem another request, or dies, waits no more.
 *   HURD_CAP_CANCEL: ECANCELED.
 * SWAP_INFO             0 any handle                        struct hurd_pm_swap_info, in words
 *   Of the handle's control, and of the whole.  blocks = 0: there is no swap.
 * SWAP_QUOTA            0 control, 1 a child of it, 2 pages                -
 *   The child may have so many pages on disk; the difference comes out of the parent's quota, or
 *   goes back there.  The first control gets all of a new swap.  SPLIT gives the child the same
 *   part of the parent's quota as of the parent's frames.  When a control ends, its quota returns
 *   to its parent.  EPERM: not its child.  EBADF: word 1 is not a control of the caller's.  ENOMEM:
 *   the parent has not so many unused.  EBUSY: the child uses more.
 * SWAP_GRANT            0 the first control, 1 target task or 0, 2 control that pays      0 handle
 *   The target gets the capability of the swap server, in its table (CAP_INFO shows which one it
 *   is).  The window and the tables will be charged to that control; until a later grant names
 *   another one, and as long as they are charged to it, it cannot be destroyed (EBUSY).  Target 0:
 *   no server will come any more; requests that wait for one, and pages on disk, are EIO.
 *   EPERM: not the first control.  EBADF: word 2 is not a control of the caller's.
 *   ESRCH, ENOMEM.  A later grant takes effect with the next attach.
 *
 * For the swap server, with that capability:
 * SWAP_ATTACH           0 swap, 1 blocks of 4 KB, 2 of them reserved at the start, 3 identity,
 *                       4 window, bytes                          0 container
 *   From now on the caller stores pages.  The container is the window, through which they go: the
 *   caller may give weak references to it to a block driver (SHARE, REVOKE).  Only jobs change what
 *   is in it: DEALLOCATE, ALLOCATE, RELEASE, PIN, DESTROY, SWAP_OUT, MOVE and SHARED are EBUSY, and
 *   so is a copy into a page that is not being read; for MAP there is READ only (EACCES).  The
 *   window has at least 64 KB, at most 8 MB.  A new server goes on where the last one ended, if
 *   blocks, reserve and identity are the same (the window's size stays as it was); if not: EBUSY
 *   while pages are on disk.  EBUSY: another task is attached, or an attach is under way.  At most
 *   1,024 blocks are reserved.  ECANCELED: no server shall come any more.  EINVAL, ENOMEM, EAGAIN.
 * SWAP_WAIT             0 swap, 1 tag, 2 errno, 3 pages
 *                       -> 0 tag, 1 SWAP_READ or SWAP_WRITE, 2 block, 3 window offset, 4 pages
 *   Says how the job `tag` ended (0: there was none): so many pages went through before the error.
 *   The reply comes when there is a new job: up to 16 pages, one behind the other both on the disk
 *   and in the window.  A page that cannot be written gets another block; the old block is not used
 *   again.  EINVAL: not the job that is under way.  EPERM: not attached. */
#define HURD_PM_SWAP_OUT                176u
#define HURD_PM_SWAP_IN                 177u
#define HURD_PM_SWAP_INFO               178u
#define HURD_PM_SWAP_QUOTA              179u
#define HURD_PM_SWAP_GRANT              180u
#define HURD_PM_SWAP_ATTACH             181u
#define HURD_PM_SWAP_WAIT               182u

#define HURD_PM_SWAP_NOWAIT             1u
#define HURD_PM_SWAP_WRITE              1u
#define HURD_PM_SWAP_READ               2u
#define HURD_PM_SWAP_JOB_PAGES          16u
#define HURD_PM_SWAP_WINDOW_LEAST       0x10000u    /* bytes */
#define HURD_PM_SWAP_WINDOW_MOST        0x800000u

enum hurd_pm_kind { HURD_PM_KIND_CONTAINER = 1, HURD_PM_KIND_WEAK = 2, HURD_PM_KIND_CONTROL = 3,
                    HURD_PM_KIND_SWAP = 4, HURD_PM_KIND_POLICY = 5 };

/* The most that one task may have wired and pinned together: so many bytes, or one page for each
 * HURD_PM_WIRED_SHARE frames that the container's control guarantees, if that is more: a pager's
 * records grow with its memory. */
#define HURD_PM_WIRED_MAX               0x20000u
#define HURD_PM_WIRED_SHARE             16u

struct hurd_pm_control_info {
    L4_Word_t guarantee;        /* frames, without those split off */
    L4_Word_t used;             /* frames charged: pages promised, records beyond the books */
    L4_Word_t split;            /* what living children have and split */
    L4_Word_t containers;
    L4_Word_t meta_bytes;       /* of records */
    L4_Word_t task;             /* the task to which it was last given: its owner */
    L4_Word_t books;            /* frames for records, beside the guarantee */
    L4_Word_t records;          /* frames that records take */
};

#define HURD_PM_INFO_WEAK       1u
#define HURD_PM_INFO_WIRED      2u

struct hurd_pm_container_info {
    L4_Word_t allocated;        /* bytes promised */
    L4_Word_t rights;           /* the most this capability allows */
    L4_Word_t flags;            /* HURD_PM_INFO_* */
    L4_Word_t weak;             /* weak references alive */
    L4_Word_t pinned;           /* bytes */
};

/* Blocks and pages are of 4 KB. */
struct hurd_pm_swap_info {
    L4_Word_t quota, used;      /* of the handle's control, in pages */
    L4_Word_t blocks;           /* of the disk; 0: there is none */
    L4_Word_t free, bad;        /* of them; `bad` counts the reserved ones, too */
    L4_Word_t kept;             /* blocks that also, or only, have a frame in core */
    L4_Word_t swapped;          /* pages on disk, or on the way */
    L4_Word_t window;           /* frames of the window */
    L4_Word_t inactive;         /* those of them that are not written yet */
    L4_Word_t written, read;    /* pages since the start, modulo 2^32; */
    L4_Word_t recovered, clean; /* brought in, and taken out, without the disk */
    L4_Word_t attached;         /* the swap server's task; 0: none now */
    L4_Word_t attaches;         /* how often a swap server has attached */
    L4_Word_t reserved;         /* blocks at the beginning that hold no pages: the header */
};

struct hurd_pm_swap_job {
    L4_Word_t tag, operation, block, offset, pages;
};

struct hurd_pm_cap_info {
    L4_Word_t kind;             /* enum hurd_pm_kind */
    L4_Word_t giver;            /* task that put it into the caller's table; 0 = physmem, at boot */
    L4_Word_t amount;           /* control: frames guaranteed; container: bytes allocated */
    L4_Word_t rights;
};

struct hurd_pm_extra_info {
    L4_Word_t guaranteed;       /* pages promised by the guarantee */
    L4_Word_t extra;            /* extra pages beside them */
    L4_Word_t most;             /* how many extra pages the policy allows */
    L4_Word_t asked;            /* extra pages that were asked back and are not back yet */
    L4_Word_t seized;           /* so far, modulo 2^32 */
    L4_Word_t room;             /* how many more extra pages there are frames for now */
    L4_Word_t all;              /* extra pages of all tasks */
    L4_Word_t soft;             /* soft references of all tasks */
    L4_Word_t moved;            /* pages that physmem has moved so far, modulo 2^32 */
    L4_Word_t shaken;           /* 1: DEBUG_SHAKE is on */
};

struct hurd_pm_statistics {
    L4_Word_t total;            /* frames physmem owns, boot images included, its own program not */
    L4_Word_t free;             /* on the free list: pages bound or given back change it */
    L4_Word_t bound;            /* frames that hold clients' pages */
    L4_Word_t meta;             /* frames of bookkeeping */
    L4_Word_t promised;         /* container pages allocated, bound or not */
    L4_Word_t unassigned;       /* frames of the first control's guarantee not yet used */
    L4_Word_t requests;         /* requests served so far, modulo 2^32 */
    L4_Word_t largest;          /* log2 of the bytes of the largest free block */
};

struct hurd_pm_task_statistics {
    L4_Word_t task;
    L4_Word_t guarantee;        /* frames */
    L4_Word_t used;             /* frames charged */
    L4_Word_t promised;         /* pages in its containers */
    L4_Word_t meta_bytes;
    L4_Word_t wired;            /* pages wired or pinned */
    L4_Word_t records;          /* frames that records take; those beyond the books are in `used` */
};

#define HURD_PM_LISTED_MOST 9
#define HURD_PM_LISTED_WIRED    1       /* its pages are never revoked */
#define HURD_PM_LISTED_WINDOW   2       /* the swap server's */
#define HURD_PM_LISTED_DOOMED   4       /* nobody has it any more: it is being given back */
struct hurd_pm_listed {
    L4_Word_t maker;            /* the task that made it */
    L4_Word_t pages;            /* in core, or promised */
    L4_Word_t swapped, extra;   /* pages on disk; pages beyond the guarantee, of those in core */
    L4_Word_t pins;
    L4_Word_t flags;            /* HURD_PM_LISTED_* */
};

/* ---- client stubs, in lib/hurd-cap -------------------------------------------------------------
 * All return 0 or an errno (EIO: the IPC failed), and leave acceptor and timeouts as they found
 * them.  Out pointers may be NULL.  The stubs write through them on success, amounts also on errors
 * that carry one. */

int hurd_pm_container_create(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t flags,
                             L4_Word_t *container);
int hurd_pm_container_share(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t task,
                            L4_Word_t rights, L4_Word_t *weak);     /* task 0: the caller */
int hurd_pm_container_allocate(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t flags,
                               L4_Word_t start, L4_Word_t size, L4_Word_t *amount);
int hurd_pm_container_deallocate(L4_ThreadId_t pm, L4_Word_t container,
                                 L4_Word_t start, L4_Word_t size, L4_Word_t *amount);

/* Loops until all of it is mapped or an error stops it; *amount = bytes mapped from the start.
 * _map_once is one request: 0 with *amount < size means: ask again. */
int hurd_pm_container_map(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                          L4_Word_t vaddr, L4_Word_t index, L4_Word_t size, L4_Word_t *amount);
int hurd_pm_container_map_once(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                               L4_Word_t vaddr, L4_Word_t index, L4_Word_t size, L4_Word_t *amount);

/* All of it is allocated; *amount = bytes mapped so far, the rest is for _map(). */
int hurd_pm_container_allocate_map(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                                   L4_Word_t vaddr, L4_Word_t start, L4_Word_t size,
                                   L4_Word_t *amount);
/* Both with PINNED: all of it is pinned, too. */
int hurd_pm_container_map_pinned(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                                 L4_Word_t vaddr, L4_Word_t index, L4_Word_t size,
                                 L4_Word_t *amount);
int hurd_pm_container_allocate_pinned(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t rights,
                                      L4_Word_t vaddr, L4_Word_t start, L4_Word_t size,
                                      L4_Word_t *amount);

int hurd_pm_container_copy(L4_ThreadId_t pm, L4_Word_t source, L4_Word_t source_start,
                           L4_Word_t dest, L4_Word_t dest_start, L4_Word_t size,
                           L4_Word_t flags, L4_Word_t *amount);

int hurd_pm_control_split(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t frames,
                          L4_Word_t task, L4_Word_t *child);        /* task 0: the caller */
int hurd_pm_control_give_back(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t frames,
                              L4_Word_t *given);                    /* may be NULL */
int hurd_pm_control_pass(L4_ThreadId_t pm, L4_Word_t from, L4_Word_t to, L4_Word_t frames);
int hurd_pm_control_destroy(L4_ThreadId_t pm, L4_Word_t control);
int hurd_pm_control_info(L4_ThreadId_t pm, L4_Word_t control, struct hurd_pm_control_info *info);

int hurd_pm_container_destroy(L4_ThreadId_t pm, L4_Word_t container);
int hurd_pm_container_revoke(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t task,
                             L4_Word_t *count);
int hurd_pm_container_release(L4_ThreadId_t pm, L4_Word_t container,
                              L4_Word_t start, L4_Word_t size, L4_Word_t *amount);
int hurd_pm_container_pin(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                          L4_Word_t *physical, L4_Word_t *contiguous);
int hurd_pm_container_pin_below(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start,
                                L4_Word_t size, L4_Word_t limit, L4_Word_t *physical,
                                L4_Word_t *contiguous);
int hurd_pm_container_unpin(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size);
int hurd_pm_container_info(L4_ThreadId_t pm, L4_Word_t container,
                           struct hurd_pm_container_info *info);

int hurd_pm_control_notify(L4_ThreadId_t pm, L4_Word_t control, L4_ThreadId_t thread,
                           L4_Word_t word);
int hurd_pm_extra_info(L4_ThreadId_t pm, L4_Word_t control, struct hurd_pm_extra_info *info);
int hurd_pm_container_return(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                             L4_Word_t *amount);
int hurd_pm_container_harden(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t flags,
                             L4_Word_t start, L4_Word_t size, L4_Word_t *amount);
int hurd_pm_container_lock(L4_ThreadId_t pm, L4_Word_t weak, L4_Word_t microseconds);
int hurd_pm_container_unlock(L4_ThreadId_t pm, L4_Word_t weak);

int hurd_pm_statistics(L4_ThreadId_t pm, L4_Word_t handle, struct hurd_pm_statistics *stats);
int hurd_pm_task_statistics(L4_ThreadId_t pm, L4_Word_t handle, L4_Word_t task,
                            struct hurd_pm_task_statistics *stats);
/* list: room for HURD_PM_LISTED_MOST.  *n 0: there are no more. */
int hurd_pm_container_list(L4_ThreadId_t pm, L4_Word_t handle, L4_Word_t task, L4_Word_t number,
                           struct hurd_pm_listed *list, L4_Word_t *n);
int hurd_pm_cap_info(L4_ThreadId_t pm, L4_Word_t handle, struct hurd_pm_cap_info *info);
int hurd_pm_self_paged(L4_ThreadId_t pm, L4_Word_t handle);
int hurd_pm_debug_shake(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t seed, L4_Word_t *moved);
int hurd_pm_policy_grant(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t task, L4_Word_t *handle);
int hurd_pm_policy_buffer(L4_ThreadId_t pm, L4_Word_t policy, void *at);
int hurd_pm_policy_wait(L4_ThreadId_t pm, L4_Word_t policy, L4_Word_t *entries);    /* blocks */
int hurd_pm_debug_revoke(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t n);

/* These two block until the pages are out, or in, unless flags say SWAP_NOWAIT. */
int hurd_pm_swap_out(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                     L4_Word_t flags, L4_Word_t *amount);
int hurd_pm_swap_in(L4_ThreadId_t pm, L4_Word_t container, L4_Word_t start, L4_Word_t size,
                    L4_Word_t flags, L4_Word_t *amount);
int hurd_pm_swap_info(L4_ThreadId_t pm, L4_Word_t handle, struct hurd_pm_swap_info *info);
int hurd_pm_swap_quota(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t child, L4_Word_t pages);
int hurd_pm_swap_grant(L4_ThreadId_t pm, L4_Word_t control, L4_Word_t task, L4_Word_t payer,
                       L4_Word_t *handle);
int hurd_pm_swap_attach(L4_ThreadId_t pm, L4_Word_t swap, L4_Word_t blocks, L4_Word_t reserved,
                        L4_Word_t identity, L4_Word_t window, L4_Word_t *container);
/* Blocks until there is a job.  In: *job ended, with err and pages.  Out: *job is the new job. */
int hurd_pm_swap_wait(L4_ThreadId_t pm, L4_Word_t swap, int err, L4_Word_t pages,
                      struct hurd_pm_swap_job *job);

#endif
