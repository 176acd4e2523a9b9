/* SPDX-License-Identifier: MIT */
/* sigma0, the initial mapper.  All pages are mapped to it, 1:1.  It gives each page to the thread
 * that asks first, and ports to every thread.  Spec 6.7.  sigma0 is one thread with one loop.  It
 * may refuse or ignore a client, but no client waits for another. */
#include <l4/ipc.h>
#include <l4/kip.h>
#include <l4/misc.h>
#include <l4/pecan.h>
#include <l4/protocol.h>
#include <l4/sigma0.h>
#include <string.h>
#include "extents.h"
#include "report.h"

enum {
    PAGE_LOG2 = 12,
    PAGE_SIZE = 1 << PAGE_LOG2,
    IO_SPACE_LOG2 = 16,
    FIRST_EXTENTS = 1024,
    LAST_PAGE = 0xFFFFF
};

static const L4_KernelInterfacePage_t *kip;
static struct extents pages;
/* Pages below view_end are mapped to sigma0 1:1.  sigma0 only names the pages behind it, in map
 * items, and the kernel knows which frames it means. */
static uint32_t view_end;
static struct extent first_room[FIRST_EXTENTS];
static L4_ThreadId_t root_server;
static bool sealed; /* from now on only the root server gets anything */

static uint32_t page_of(L4_Word_t address) { return (uint32_t)(address >> PAGE_LOG2); }
static uint32_t page_behind(L4_Word_t last_byte) { return page_of(last_byte) + 1; }

/* ---- start: sigma0 reads the descriptors of the KIP */

static enum kind kind_of(L4_Word_t descriptor_type)
{
    switch (descriptor_type & L4_MEM_TYPE_MASK) {
    case L4_MEM_UNDEFINED:
        return KIND_DEVICE;
    case L4_MEM_CONVENTIONAL:
        return KIND_CONVENTIONAL;
    case L4_MEM_RESERVED:
        return KIND_RESERVED;
    case L4_MEM_SHARED:
        return KIND_SHARED;
    case L4_MEM_BOOTLOADER:
        return KIND_LOADER;
    default:
        return KIND_SPECIAL;
    }
}

/* A page that is RAM only in part does not count as RAM.  Later descriptors override earlier ones.
 * RAM behind view_end cannot be mapped 1:1, so it is not given out.  A descriptor of everything
 * says nothing about any page. */
static void descriptor_apply(const L4_MemoryDesc_t *d)
{
    L4_Word_t low = L4_MemoryDescLow(d), high = L4_MemoryDescHigh(d);
    enum kind kind = kind_of(L4_MemoryDescType(d));
    if (L4_IsVirtual(d) || low > high)
        return;
    if (kind == KIND_SHARED && low == 0 && page_of(high) == LAST_PAGE)
        kind = KIND_DEVICE;
    if (kind == KIND_CONVENTIONAL) { /* `high` is the last byte, so its page is whole if `high`
                                        is the page's last byte */
        uint32_t first = page_of(low) + (low % PAGE_SIZE != 0);
        uint32_t behind = page_of(high) + (high % PAGE_SIZE == PAGE_SIZE - 1);
        extents_set_kind(&pages, first, behind < view_end ? behind : view_end, kind);
    } else {
        extents_set_kind(&pages, page_of(low), page_behind(high), kind);
    }
}

static void server_owns(const L4_KernelRootServer_t *server, L4_ThreadId_t id)
{
    if (server->low >= server->high)
        return;
    extents_set_kind(&pages, page_of(server->low), page_behind(server->high - 1),
                     KIND_CONVENTIONAL);
    extents_set_owner(&pages, page_of(server->low), page_behind(server->high - 1), id.raw);
}

/* Where sigma0's 1:1 view ends: user memory ends there, or sigma0's UTCB area or KIP begins. */
static L4_Word_t view_limit(void)
{
    L4_Word_t limit = 0xC0000000;
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip); i++) {
        const L4_MemoryDesc_t *d = L4_MemoryDesc(kip, i);
        if (L4_IsVirtual(d) && L4_MemoryDescType(d) == L4_MEM_CONVENTIONAL &&
            L4_MemoryDescHigh(d) < limit)
            limit = L4_MemoryDescHigh(d) + 1;
    }
    L4_Word_t utcb = L4_MyLocalId().raw & ~L4_SizeMask(L4_UtcbAreaSizeLog2(kip));
    if (utcb < limit)
        limit = utcb;
    return (L4_Word_t)kip < limit ? (L4_Word_t)kip : limit;
}

static void pages_init(void)
{
    L4_Word_t user_base = L4_ThreadIdUserBase(kip);
    view_end = page_of(view_limit());
    extents_init(&pages, first_room, FIRST_EXTENTS, LAST_PAGE + 1);
    for (L4_Word_t i = 0; i < L4_NumMemoryDescriptors(kip); i++)
        descriptor_apply(L4_MemoryDesc(kip, i));
    server_owns(&kip->Sigma0, L4_GlobalId(user_base, 1));
    server_owns(&kip->Sigma1, L4_GlobalId(user_base + 1, 1));
    server_owns(&kip->RootServer, root_server);
}

/* Moves the table to more pages before it gets full.  sigma0 takes these pages for itself.  If
 * there are none, requests that need room in the table are refused. */
static void pages_make_room(void)
{
    if (pages.capacity - pages.n >= 8)
        return;
    struct extent *old = pages.at;
    uint32_t old_bytes = pages.capacity * sizeof *old, bytes = PAGE_SIZE;
    unsigned log2 = 0;
    while (bytes < 2 * old_bytes)
        bytes *= 2, log2++;
    uint32_t at = extents_find_free(&pages, log2);
    if (!at || !extents_set_owner(&pages, at, at + (1u << log2), L4_Myself().raw))
        return;
    memcpy((void *)(at << PAGE_LOG2), old, pages.n * sizeof *old);
    pages.at = (struct extent *)(at << PAGE_LOG2);
    pages.capacity = bytes / sizeof *old;
    if (old != first_room) /* the table was 2^n pages, all of them sigma0's */
        extents_set_owner(&pages, page_of((L4_Word_t)old),
                          page_of((L4_Word_t)old) + (1u << (log2 - 1)), NOBODY);
}

/* ---- what a reply holds */

struct answer {
    L4_MapItem_t item;
};

static const struct answer refused = {{.raw = {L4_ITEM_MAP, L4_FPAGE_NIL}}};

static struct answer give_memory(uint32_t page, L4_Word_t log2)
{
    L4_Word_t address = (L4_Word_t)page << PAGE_LOG2;
    return (struct answer){
        L4_MapItem(L4_FpageAddRights(L4_FpageLog2(address, log2), L4_FPAGE_RWX), address)};
}

/* Sets the attribute on sigma0's own page; the mappings that sigma0 makes from it inherit the
 * attribute. */
static bool attribute_apply(uint32_t page, L4_Word_t log2, L4_Word_t attribute)
{
    return attribute == L4_ATTR_DEFAULT ||
           L4_Set_PageAttribute(L4_FpageLog2((L4_Word_t)page << PAGE_LOG2, log2), attribute);
}

static struct answer take(uint32_t page, L4_Word_t log2, L4_ThreadId_t client, L4_Word_t attribute)
{
    uint32_t behind = page + ((uint32_t)1 << (log2 - PAGE_LOG2));
    if (page < view_end && behind > view_end) /* one map item cannot name pages on both sides */
        return refused;
    if (pages.capacity - pages.n < 2 || !attribute_apply(page, log2, attribute))
        return refused;
    extents_set_owner(&pages, page, behind, client.raw);
    return give_memory(page, log2);
}

static struct answer serve_memory(L4_ThreadId_t client, L4_Fpage_t f, L4_Word_t attribute,
                                  L4_Word_t high_bits)
{
    L4_Word_t log2 = L4_SizeLog2(f);
    uint32_t page;
    if (log2 < PAGE_LOG2 || log2 >= 32)
        return refused;
    if ((f.raw & L4_FPAGE_BASE_MASK) == L4_SIGMA0_ANY_BASE) {
        page = extents_find_free(&pages, log2 - PAGE_LOG2);
        return page ? take(page, log2, client, attribute) : refused;
    }
    page = page_of(L4_Address(f));
    if (high_bits ||
        !extents_allow(&pages, page, page + ((uint32_t)1 << (log2 - PAGE_LOG2)), client.raw))
        return refused;
    return take(page, log2, client, attribute);
}

/* Ports have no owner, because kernels without IO fpages give all ports to all threads, too. */
static struct answer serve_ports(L4_Fpage_t f)
{
    L4_Word_t log2 = L4_IoFpageSizeLog2(f), port = L4_IoFpagePort(f);
    if (log2 > IO_SPACE_LOG2 || (port & L4_SizeMask(log2)))
        return refused;
    L4_Fpage_t give = L4_FpageAddRights(L4_IoFpageLog2(port, log2), L4_ReadWriteOnly);
    return (struct answer){L4_MapItem(give, give.raw & 0xFFFF0000)};
}

/* Gives one page: of RAM (programs just read boot information and modules, so RAM with these in it,
 * too), of shared memory, or a page that the client owns already.  It never gives page 0, because a
 * fault there is a null pointer. */
static struct answer serve_page_fault(L4_ThreadId_t client, L4_Word_t address)
{
    uint32_t page = page_of(address);
    if (page == 0 || page >= pages.limit)
        return refused;
    const struct extent *e = extents_find(&pages, page);
    if ((e->kind == KIND_DEVICE || e->kind == KIND_SPECIAL) && e->owner != client.raw)
        return refused;
    return extents_allow(&pages, page, page + 1, client.raw)
               ? take(page, PAGE_LOG2, client, L4_ATTR_DEFAULT)
               : refused;
}

/* ---- the loop */

static bool is_kernel_thread(L4_ThreadId_t t)
{
    return L4_ThreadNo(t) >= L4_ThreadIdSystemBase(kip) &&
           L4_ThreadNo(t) < L4_ThreadIdUserBase(kip);
}

static bool is_entitled(L4_ThreadId_t client) { return !sealed || client.raw == root_server.raw; }

/* A thread faults again and again at the same place if sigma0 refuses the page, or if the kernel
 * cannot map it.  So the second such fault gets no reply. */
static struct {
    L4_Word_t client, address, ip;
    bool in_vain;
} last_fault;

/* What is at the page, for a client that cannot have it. */
static const char *page_is(uint32_t page, L4_ThreadId_t client)
{
    const struct extent *e = extents_find(&pages, page);
    switch (e->kind) {
    case KIND_RESERVED:
        return "the kernel's memory";
    case KIND_DEVICE:
    case KIND_SPECIAL:
        return "device memory, which a thread gets only by a request to sigma0";
    default:
        return e->owner != client.raw
                   ? "another thread's memory"
                   : "memory that the kernel could not map: perhaps its own memory is used up";
    }
}

static void fault_report(L4_ThreadId_t client, L4_MsgTag_t tag, L4_Word_t address, L4_Word_t ip)
{
    if (L4_IsIoFault(tag)) {
        L4_Fpage_t f = L4_FpageOfRaw(address);
        report("sigma0: thread %lx at ip %lx wants port %lx (%lu of them), which it cannot get; "
               "the boot option ports=open opens all ports to all threads.  "
               "The thread stays blocked.\n",
               client.raw, ip, L4_IoFpagePort(f), 1ul << L4_IoFpageSizeLog2(f));
        return;
    }
    report("sigma0: %s by thread %lx at ip %lx: %s %lx, %s.  The thread stays blocked.\n",
           address < PAGE_SIZE ? "null dereference" : "page fault", client.raw, ip,
           L4_Label(tag) & L4_FPAGE_W ? "write to" : "read of", address,
           address < PAGE_SIZE ? "where sigma0 never gives a page"
                               : page_is(page_of(address), client));
}

/* Returns true, after a report, if this fault came before and the reply did not help.
 * refuses: sigma0 refuses the page this time. */
static bool fault_repeats(L4_ThreadId_t client, L4_MsgTag_t tag, L4_Word_t address, L4_Word_t ip,
                          bool refuses)
{
    bool again = last_fault.client == client.raw && last_fault.address == address &&
                 last_fault.ip == ip && last_fault.in_vain;
    if (again)
        fault_report(client, tag, address, ip);
    last_fault.client = client.raw;
    last_fault.address = address;
    last_fault.ip = ip;
    last_fault.in_vain = refuses;
    return again;
}

/* P's requests for debugging, and the seal.  They are valid from the root server, and from kernel
 * threads as in P.  Returns true if sigma0 replies. */
static bool control(L4_ThreadId_t client, L4_Word_t operation, L4_Word_t argument)
{
    uint32_t ram, unowned;
    if (client.raw != root_server.raw && !is_kernel_thread(client))
        return false;
    switch (operation) {
    case L4_SIGMA0_EXT_DUMP:
        extents_count(&pages, &ram, &unowned);
        report("sigma0: %u KB of RAM, %u KB not given out, %u runs of pages\n", ram * 4,
               unowned * 4, pages.n);
        return argument != 0;
    case L4_SIGMA0_EXT_SEAL:
        sealed = true;
        return true;
    default: /* operation 1 sets how much sigma0 prints: it always prints the same */
        return false;
    }
}

/* Serves one message.  Returns false if the message gets no reply. */
static bool serve(L4_ThreadId_t client, L4_MsgTag_t tag, struct answer *answer, bool *has_item)
{
    L4_Word_t w[4];
    L4_StoreMRs(0, 4, w);
    *answer = refused;
    *has_item = true;
    if (L4_TypedWords(tag) != 0)
        return false;
    if ((L4_IsPageFault(tag) || L4_IsIoFault(tag)) && !is_entitled(client))
        return false; /* after the seal, the root server pages all others, so this message is
                         forged: sigma0 does not even print it */
    if (L4_IsPageFault(tag)) {
        *answer = serve_page_fault(client, w[1]);
        return !fault_repeats(client, tag, w[1], w[2], answer->item.raw[1] == L4_FPAGE_NIL);
    }
    if (L4_IsIoFault(tag)) {
        if (L4_IsIoFpage(L4_FpageOfRaw(w[1])))
            *answer = serve_ports(L4_FpageOfRaw(w[1]));
        return !fault_repeats(client, tag, w[1], w[2], answer->item.raw[1] == L4_FPAGE_NIL);
    }
    if (L4_Label(tag) == L4_LABEL_SIGMA0_EXT && L4_UntypedWords(tag) == 2) {
        *has_item = false;
        return control(client, w[1], w[2]);
    }
    bool extended = L4_UntypedWords(tag) == 3 && (w[1] & L4_FPAGE_EXTENDED);
    if (L4_Label(tag) != L4_LABEL_SIGMA0 || (L4_UntypedWords(tag) != 2 && !extended))
        return false;
    if (is_kernel_thread(client) || !is_entitled(client))
        return true; /* refused: the kernel needs no memory from sigma0 */
    *answer = L4_IsIoFpage(L4_FpageOfRaw(w[1]))
                  ? serve_ports(L4_FpageOfRaw(w[1]))
                  : serve_memory(client, L4_FpageOfRaw(w[1]), w[2], extended ? w[3] : 0);
    return true;
}

static void reply_load(const struct answer *answer, bool has_item)
{
    L4_Set_MsgTag(L4_MakeTag(0, 0, has_item ? 2 : 0));
    L4_LoadMRs(1, 2, answer->item.raw);
}

int main(void)
{
    L4_ThreadId_t client;
    struct answer answer;
    bool has_item;
    uint32_t ram, unowned;

    kip = L4_GetKernelInterface();
    root_server = L4_RootServerId();
    pages_init();
    extents_count(&pages, &ram, &unowned);
    report("sigma0: %u KB of RAM, %u KB to give\n", ram * 4, unowned * 4);
    L4_Accept(L4_UntypedWordsAcceptor);

    L4_MsgTag_t tag = L4_Wait(&client);
    for (;;) {
        pages_make_room();
        if (L4_IpcSucceeded(tag) && serve(client, tag, &answer, &has_item)) {
            reply_load(&answer, has_item);
            bool fault = L4_IsPageFault(tag) || L4_IsIoFault(tag);
            tag = L4_ReplyWait(client, &client);
            bool overflow = (L4_ErrorCode() & 15) == L4_IPC_OVERFLOW << 1;
            if (fault && L4_IpcFailed(tag) && overflow) /* the kernel could not map the item */
                last_fault.in_vain = true;
        } else {
            tag = L4_Wait(&client);
        }
    }
}
