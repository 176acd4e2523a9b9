/* SPDX-License-Identifier: MIT */
/* A walk by lot: selectors in every segment register, flags, arguments, then one of the kernel's doors, or an instruction that is
 * none.  A step ends in a return or in a refusal.  The partner of the calls, in a space of its own, and the warden, which takes the
 * refusals beside the walker, never meet one of the walker's selectors or flags.  Bochs checks segments at each access, so it is
 * there that the long walk is made (make matrix). */
#include "stage.h"

#ifndef WALKS
#define WALKS 2 /* each with a world to be checked after it */
#endif
#ifndef WALK_STEPS
#define WALK_STEPS 10000
#endif

#define IF_ON     0x202ul
#define FLAGS_BAD 0x277500ul /* ID, AC, VM, RF, NT, IOPL, DF, TF */
#define CODE_ROOM 80         /* bytes that a door has at `code` */

/* ---- the doors.  BACK in the bytes is a word: the place behind them, to which far jumps and IRET go. */
enum kind {
    ENTER,   /* SYSENTER: an Ipc that comes back to EBX with the stack of EBP */
    CALL,    /* an `int` for each system call; those behind a pop ss, too */
    EITHER,  /* may come back, or be refused, as segments and flags are */
    REFUSED, /* never comes back by itself */
};
#define BACK "\x68\x00\x00\x00\x00" /* push dword: filled in */
#define DOOR(kind, text, bytes) {kind, text, bytes, sizeof bytes - 1}
static const struct door {
    enum kind kind;
    const char *name, *bytes;
    unsigned n;
} doors[] = {
    DOOR(ENTER, "sysenter", "\x0F\x34"),
    DOOR(ENTER, "pop ss, sysenter", "\x6A\x23\x17\x0F\x34"),
    DOOR(CALL, "int 30", "\xCD\x30"), DOOR(CALL, "int 31", "\xCD\x31"), DOOR(CALL, "int 32", "\xCD\x32"),
    DOOR(CALL, "int 33", "\xCD\x33"), DOOR(CALL, "int 34", "\xCD\x34"), DOOR(CALL, "int 35", "\xCD\x35"),
    DOOR(CALL, "int 36", "\xCD\x36"), DOOR(CALL, "int 37", "\xCD\x37"), DOOR(CALL, "int 38", "\xCD\x38"),
    DOOR(CALL, "int 39", "\xCD\x39"), DOOR(CALL, "int 3a", "\xCD\x3A"),
    DOOR(CALL, "pop ss, int 30", "\x6A\x23\x17\xCD\x30"),
    DOOR(REFUSED, "pop ss, int3", "\x6A\x23\x17\xCC"),
    DOOR(REFUSED, "ud2", "\x0F\x0B"), DOOR(REFUSED, "int3", "\xCC"), DOOR(REFUSED, "icebp", "\xF1"),
    DOOR(EITHER, "into", "\xCE"), DOOR(EITHER, "bound", "\x6A\x7F\x6A\x00\x36\x62\x04\x24"), DOOR(EITHER, "lock nop", "\xF0\x90"),
    DOOR(REFUSED, "div", "\x31\xD2\xF7\xF2"), DOOR(REFUSED, "hlt", "\xF4"), DOOR(REFUSED, "cli", "\xFA"),
    DOOR(REFUSED, "in", "\xEC"), DOOR(REFUSED, "out", "\xEF"), DOOR(REFUSED, "ins", "\xF3\x6C"), DOOR(REFUSED, "outs", "\xF3\x6E"),
    DOOR(REFUSED, "mov cr0", "\x0F\x22\xC0"), DOOR(REFUSED, "wrmsr", "\x0F\x30"), DOOR(REFUSED, "lldt", "\x0F\x00\xD0"),
    DOOR(REFUSED, "lidt", "\x0F\x01\x1C\x24"), DOOR(REFUSED, "clts", "\x0F\x06"), DOOR(REFUSED, "touch", "\x36\x8B\x07"),
    DOOR(REFUSED, "int 2", "\xCD\x02"), DOOR(REFUSED, "int 8", "\xCD\x08"), DOOR(REFUSED, "int e", "\xCD\x0E"),
    DOOR(REFUSED, "int 20", "\xCD\x20"), DOOR(REFUSED, "int 80", "\xCD\x80"),
    DOOR(EITHER, "iret", "\x50\x53" BACK "\xCF"), DOOR(REFUSED, "nt, iret", "\x9C\x80\x4C\x24\x01\x40\x9D\x50\x53" BACK "\xCF"),
    DOOR(EITHER, "retf", "\x53" BACK "\xCB"), DOOR(EITHER, "far jump", "\x53" BACK "\xFF\x2C\x24"),
    DOOR(EITHER, "far call", "\x53" BACK "\xFF\x1C\x24"), DOOR(EITHER, "popf", "\x50\x9D"),
    DOOR(EITHER, "movs", "\xF3\xA4"), DOOR(EITHER, "store by fs", "\x64\x89\x07"),
    DOOR(EITHER, "xadd", "\xF0\x36\x0F\xC1\x44\x24\xF0"), DOOR(EITHER, "x87", "\xD9\xE8\xD9\xEE\xDE\xF9\x9B\xD9\xD0"),
    DOOR(EITHER, "sldt, str, smsw", "\x0F\x00\xC0\x0F\x00\xC8\x0F\x01\xE0"), DOOR(EITHER, "lar, verr", "\x0F\x02\xC8\x0F\x00\xE0"),
    DOOR(EITHER, "push fs, pop gs", "\x0F\xA0\x0F\xA9"),
};
enum { DOORS = sizeof doors / sizeof doors[0] };

/* ---- what lies in the image, which walker, warden and partner share with the stage */
static char bodies[DOORS][CODE_ROOM] __attribute__((aligned(4096)));
static volatile L4_Word_t segments[4], stack_segment, flags; /* ds, es, fs, gs; 0: SS stays */
static volatile unsigned door, tried[DOORS], came_back[DOORS];
static volatile L4_Word_t step, talks, bad_partner, bad_warden, bad_state[5];
static L4_ThreadId_t partner_id, jailer_id;
static L4_Word_t lot;

static L4_Word_t draw(L4_Word_t n)
{
    lot ^= lot << 13;
    lot ^= lot >> 17;
    lot ^= lot << 5;
    return (L4_Word_t)((uint64_t)lot * n >> 32);
}
static L4_Word_t any_word(void) { return draw(0x10000) << 16 | draw(0x10000); }
static L4_Word_t one_of(const L4_Word_t *list, unsigned n) { return list[draw(n)]; }
#define ONE_OF(list) one_of(list, sizeof(list) / sizeof(list)[0])

/* flags; ds, es, fs, gs; ss, if it is to change; the door; the way back */
static void door_assemble(unsigned d)
{
    static const char load[4][4] = {"\x36\x8E\x1D", "\x36\x8E\x05", "\x36\x8E\x25", "\x36\x8E\x2D"};
    char bytes[CODE_ROOM], *p = bytes;
    memcpy(p, "\x36\xFF\x35", 3); /* push dword [ss:flags] */
    memcpy(p + 3, (L4_Word_t[]){(L4_Word_t)&flags}, 4);
    p += 7;
    for (int i = 0; i < 4; i++, p += 7) {
        memcpy(p, load[i], 3);
        memcpy(p + 3, (L4_Word_t[]){(L4_Word_t)&segments[i]}, 4);
    }
    *p++ = (char)0x9D; /* popf */
    if (d >= DOORS) {  /* mov ss, [ss:stack_segment], before SYSENTER only: nothing is pushed there */
        memcpy(p, "\x36\x8E\x15", 3);
        memcpy(p + 3, (L4_Word_t[]){(L4_Word_t)&stack_segment}, 4);
        p += 7;
    }
    const struct door *what = &doors[d % DOORS];
    memcpy(p, what->bytes, what->n);
    char *place = d >= DOORS ? code : bodies[d];
    for (unsigned i = 0; i + 5 <= what->n; i++)
        if (p[i] == 0x68 && !memcmp(p + i, BACK, 5))
            memcpy(p + i + 1, (L4_Word_t[]){(L4_Word_t)(place + (p - bytes) + what->n)}, 4);
    p += what->n;
    assemble_at(place, bytes, (unsigned)(p - bytes));
    if (what->kind == ENTER)
        *(L4_Word_t *)(place + CODE_ROOM - 4) = (L4_Word_t)(place + (p - bytes)); /* where SYSENTER comes back to */
}

/* ---- a step */
static const L4_Word_t selectors[] = {0x23, 0, 1, 2, 3, 0x18, 0x19, 0x1A, 0x1B, 0x20, 0x21, 0x22, 0x30, 0x31, 0x32, 0x33};
static const L4_Word_t strange[] = {0,          1,          0x40,       0xFFFFFFC0, 0xFFFFFFFF, 0xC0000000, 0xE0000FC0, 0xE0004FC0,
                                    0xF0100000, 0xFF000000, 0xBFFFFFC0, 0xBF000100, 0x20001,    0xC0001,    0x7FF00001, 0x00040001};

static void segments_draw(void)
{
    for (unsigned i = 0; i < 4; i++)
        segments[i] = draw(3) ? ONE_OF(selectors) : i == 3 ? 0x33 : 0x23;
    static const L4_Word_t sets[] = {IF_ON, 0x302, 0x602, 0x4202, 0x10202, 0x40202, 0x200202, 0x64702, 0xED7, 0x3202, 0x274FD7};
    flags = draw(2) ? ONE_OF(sets) : IF_ON;
}

/* Nobody waits for ever but for the partner, which always answers. */
static void message_draw(void)
{
    const L4_Word_t zero = 0x04000400, me = L4_MyLocalId().raw;
    L4_LoadMR(1, any_word());
    L4_LoadMR(2, any_word());
    machine.esi = draw(64) | any_word() << 16;
    machine.ecx = zero;
    switch (draw(6)) {
    case 0:
    case 1: /* the fast path's own case */
        machine.eax = machine.edx = partner_id.raw;
        machine.ecx = 0;
        break;
    case 2: /* a send alone, flags of the tag besides */
        machine.eax = partner_id.raw;
        machine.edx = 0;
        machine.esi |= draw(16) << 12;
        break;
    case 3:
        machine.eax = ONE_OF(strange);
        machine.edx = draw(2) ? 0 : ONE_OF(strange);
        break;
    case 4:
        machine.eax = draw(2) ? me : 0;
        machine.edx = draw(2) ? me : 0;
        break;
    default: /* items, which the partner does not take */
        machine.eax = partner_id.raw;
        machine.edx = partner_id.raw;
        machine.esi = 2 << 6 | any_word() << 16;
        break;
    }
    machine.edi = (L4_Word_t)__L4_Utcb();
}

static void unmap_draw(void)
{
    const L4_Word_t item = FPAGE(pages, 12 + draw(2), draw(8));
    L4_LoadMR(1, item);
    L4_LoadMR(2, FPAGE(pages + PAGE, 12, 7));
    machine.eax = draw(2) ? 0 : draw(3) | draw(2) << 6;
    machine.esi = item;
    machine.edi = (L4_Word_t)__L4_Utcb();
}

static void call_draw(unsigned number)
{
    machine.eax = ONE_OF(strange);
    machine.ebx = any_word();
    machine.ecx = any_word();
    machine.edx = any_word();
    machine.esi = any_word();
    machine.edi = any_word();
    machine.ebp = any_word();
    if (number == 0 || number == 1)
        message_draw();
    else if (number == 2)
        unmap_draw();
    else if (number == 3 && draw(2)) {
        machine.eax = L4_MyGlobalId().raw; /* a look at oneself */
        machine.ecx = 0;
    } else if (number == 6)
        machine.eax = draw(2) ? 0 : partner_id.raw;
}

static void enter_draw(unsigned d)
{
    message_draw();
    stack_segment = draw(16) ? 0 : 0x33;
    if (stack_segment)
        machine.entry = (L4_Word_t)code;
    const char *place = stack_segment ? code : bodies[d];
    machine.ebx = *(const L4_Word_t *)(place + CODE_ROOM - 4);
    machine.ebp = draw(8) ? (L4_Word_t)scratch + 4000 : any_word();
}

static void other_draw(void)
{
    static const L4_Word_t places[] = {0xC0000000, 0xC0018000, 0xF0000000, 0xF0101000, 0xFFFFF000};
    machine.eax = draw(2) ? any_word() & 0x247FD7 : IF_ON;
    machine.ebx = draw(2) ? 0x1B : ONE_OF(selectors);
    machine.ecx = 1 + draw(60);
    machine.edx = 0x3F8 + draw(16);
    machine.esi = (L4_Word_t)scratch + 128;
    machine.edi = (L4_Word_t)scratch + 1024;
    if (!strcmp(doors[door].name, "touch"))
        machine.edi = ONE_OF(places) + draw(1024) * 4;
    if (!strcmp(doors[door].name, "bound"))
        machine.eax = draw(256);
}

static void walks(void)
{
    L4_Set_ExceptionHandler(jailer_id);
    L4_Set_Pager(jailer_id);
    L4_Accept(L4_UntypedWordsAcceptor);
    for (step = 0; step < WALK_STEPS; step++) {
        unsigned d = draw(3) ? draw(2) : draw(DOORS);
        door = d;
        segments_draw();
        machine.entry = (L4_Word_t)bodies[d];
        if (doors[d].kind == ENTER)
            enter_draw(d);
        else if (doors[d].kind == CALL)
            call_draw(d - 2 < 11 ? d - 2 : 0);
        else
            other_draw();
        *(volatile char *)pages = *(volatile char *)(pages + PAGE) = 1;
        tried[d]++;
        came_back[d] += launch();
    }
}

/* ---- those beside it */
static bool flat(void)
{
    L4_Word_t ds, es, fs, gs, u, f;
    __asm__ volatile("mov %%ds, %0; mov %%es, %1; mov %%fs, %2; mov %%gs, %3; mov %%gs:0, %4; pushf; pop %5"
                     : "=r"(ds), "=r"(es), "=r"(fs), "=r"(gs), "=r"(u), "=r"(f));
    bool good = (ds & 0xFFFF) == 0x23 && (es & 0xFFFF) == 0x23 && (fs & 0xFFFF) == 0x23 && (gs & 0xFFFF) == 0x33 &&
                u == L4_MyLocalId().raw && !(f & FLAGS_BAD);
    if (!good && !bad_state[0]) {
        bad_state[0] = step + 1;
        bad_state[1] = ds << 16 | (es & 0xFFFF);
        bad_state[2] = fs << 16 | (gs & 0xFFFF);
        bad_state[3] = f;
        bad_state[4] = door;
    }
    return good;
}

static void answers(void)
{
    L4_Accept(L4_UntypedWordsAcceptor);
    for (;;) {
        L4_ThreadId_t from;
        L4_MsgTag_t tag = L4_Wait(&from);
        while (L4_IpcSucceeded(tag)) {
            talks++;
            bad_partner += !flat();
            L4_LoadMR(0, 2);
            tag = L4_ReplyWait(from, &from);
        }
    }
}

/* The walker unmaps its two pages again and again: the stage stops believing in such faults. */
static bool in_pages(L4_Word_t address) { return address - (L4_Word_t)pages < sizeof pages; }

/* Pager and exception handler of the walker, in its space.  A thread that is refused goes on with flags of its own. */
static void jailer(void)
{
    for (;;) {
        struct event e = next_event(SOON);
        bad_warden += !flat();
        if (e.what == EXCEPTION) {
            e.x.eip = resume_at;
            e.x.eflags = IF_ON;
            L4_LoadMRs(1, L4_EXCEPTION_WORDS, e.w + 1);
            L4_LoadMR(0, L4_EXCEPTION_WORDS);
            L4_Reply(e.from);
        } else if (e.what == PAGE_FAULT && in_pages(e.w[1])) {
            *(volatile char *)e.w[1] = 1;
            L4_LoadMR(0, 0);
            L4_Reply(e.from);
        } else if (e.what == PAGE_FAULT || e.what == IO_FAULT) {
            L4_Word_t w;
            L4_ThreadId_t pager;
            L4_ExchangeRegisters(e.from, L4_EXREGS_IP | L4_EXREGS_FLAGS | L4_EXREGS_RECEIVE, 0, resume_at, IF_ON, 0, L4_nilthread,
                                 &w, &w, &w, &w, &w, &pager);
        } else if (e.what == DONE || e.what == NOTHING) {
            done(e.what == DONE);
            rest();
        }
    }
}

static void tell_step(void)
{
    say("# step %lu, door %s: ds %lx es %lx fs %lx gs %lx ss %lx flags %lx\n", step, doors[door].name, segments[0], segments[1],
        segments[2], segments[3], stack_segment, flags);
    say("# eax %lx ebx %lx ecx %lx edx %lx esi %lx edi %lx ebp %lx\n", machine.eax, machine.ebx, machine.ecx, machine.edx,
        machine.esi, machine.edi, machine.ebp);
    if (bad_state[0])
        say("# after step %lu at door %s: ds, es %lx, fs, gs %lx, flags %lx\n", bad_state[0] - 1, doors[bad_state[4]].name,
            bad_state[1], bad_state[2], bad_state[3]);
}

static void walk(unsigned number)
{
    lot = 88172645 + number * 0x9E3779B9;
    step = 0;
    partner_id = actor(answers);
    jailer_id = actor_waiting(L4_nilthread);
    EXPECT(actor_start(jailer_id, jailer));
    companion(jailer_id, walks);
    struct event e;
    while ((e = next_event(MS(12000))).what != NOTHING && !(e.what == DONE && e.from.raw == jailer_id.raw))
        if (e.what == PAGE_FAULT && in_pages(e.w[1]))
            give(e.from, e.w[1] & ~(PAGE - 1), FPAGE(e.w[1] & ~(PAGE - 1), 12, 7), false);
    if (!EXPECT(e.what == DONE && e.w[1] == 1) | !EXPECT_EQ(bad_partner, 0) | !EXPECT_EQ(bad_warden, 0))
        tell_step();
}

/* Where the kernel does without it, SYSENTER is an exception. */
static bool kernel_has_sysenter(void)
{
    const unsigned char *kip = L4_GetKernelInterface(), *stub = kip + L4_KIP_OF(kip)->Ipc;
    return !memcmp(stub + 3, "\x0F\x34", 2);              /* behind POP and MOV */
}

TEST(a_walk_through_all_doors_with_wild_selectors_and_flags)
{
    memset((void *)tried, 0, sizeof tried);
    memset((void *)came_back, 0, sizeof came_back);
    talks = bad_partner = bad_warden = bad_state[0] = 0;
    for (unsigned d = 0; d <= DOORS; d++)
        door_assemble(d);
    for (unsigned number = 0; number < WALKS; number++) {
        walk(number);
        if (number + 1 < WALKS) {
            stage_clear();
            world_check();
            if (number % 10 == 9)
                say("# %u steps\n", (number + 1) * WALK_STEPS);
        }
    }
    for (unsigned d = 0; d < DOORS; d++) {
        bool sound = doors[d].kind == REFUSED ? !came_back[d] : doors[d].kind == ENTER && !kernel_has_sysenter() ? true : came_back[d] > 0;
        if (!EXPECT(tried[d] > 0 && sound))
            say("# door %s: %u times, %u came back\n", doors[d].name, tried[d], came_back[d]);
    }
    say("# the partner got %lu messages\n", talks);
    EXPECT(talks > WALKS * WALK_STEPS / (kernel_has_sysenter() ? 50 : 500));
}
