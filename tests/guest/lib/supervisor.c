/* SPDX-License-Identifier: MIT */
/* Runs the tests.  The first thread of the root task is pager and exception handler of every test thread;
 * nothing that a test does stops it: a fault or ten silent seconds are a failure, and then comes the next. */
#include "guest.h"
#include <string.h>

extern const struct test __start_tests[], __stop_tests[];

static int test_number, tests_failed;
static volatile int checks_failed;
static const char *volatile skipped;
static volatile unsigned reports; /* printing goes on for at most so many lines a test */
static char pattern[64];

/* ---- what tests call */
bool test_expect(bool good, const char *file, int line, const char *text)
{
    if (!good) {
        checks_failed++;
        if (reports++ < 20)
            serial_printf("# %s:%d: %s\n", file, line, text);
    }
    return good;
}

bool test_expect_eq(L4_Word_t a, L4_Word_t b, const char *file, int line, const char *text)
{
    if (a != b) {
        checks_failed++;
        if (reports++ < 20)
            serial_printf("# %s:%d: %s: got %lx, wanted %lx\n", file, line, text, a, b);
    }
    return a == b;
}

void test_skip(const char *why) { skipped = why; }

/* ---- the watch */
static L4_ThreadId_t test_thread;

static void give_up(const char *what, L4_ThreadId_t who)
{
    L4_Word_t w[13];
    L4_StoreMRs(0, 13, w);
    checks_failed++;
    serial_printf("# %s, thread %lx, label %lx: %lx %lx %lx\n", what, who.raw, w[0] >> 16, w[1],
                  w[2], w[3]);
}

/* Our own threads (their ids come as local ones) need the page in our space only; others need it mapped. */
static void serve_fault(L4_ThreadId_t who, L4_Word_t address)
{
    (void)*(volatile char *)address;
    L4_LoadMR(0, 0);
    if (L4_IsGlobalId(who)) {
        L4_MapItem_t item = L4_MapItem(L4_FpageAddRights(L4_FpageLog2(address, 12), 7),
                                       address & ~4095ul);
        L4_LoadMR(0, 2 << L4_TAG_T_SHIFT);
        L4_LoadMRs(1, 2, item.raw);
    }
    L4_Reply(who);
}

/* Ports come from sigma0, for us; our own threads have them then. */
static void serve_io_fault(L4_ThreadId_t who, L4_Fpage_t ports)
{
    L4_Sigma0_GetPage(L4_nilthread, ports);
    L4_LoadMR(0, 0);
    L4_Reply(who);
}

static void serve_start(const L4_Word_t *w, L4_ThreadId_t asker)
{
    L4_LoadMR(0, L4_START_WORDS);
    L4_LoadMR(1, w[2]);
    L4_LoadMR(2, w[3]);
    L4_MsgTag_t tag = L4_Send_Timeout(L4_ThreadIdOfRaw(w[1]), SOON);
    L4_LoadMR(0, L4_IpcFailed(tag) << 16);
    L4_Reply(asker);
}

/* false: the test is over. */
static bool watch(void)
{
    L4_ThreadId_t from;
    L4_Word_t w[4];
    L4_MsgTag_t tag = L4_Wait_Timeout(L4_TimePeriod(15000000), &from);
    if (L4_IpcFailed(tag)) {
        give_up("nothing for 15 seconds", test_thread);
        return false;
    }
    L4_StoreMRs(0, 4, w);
    if (L4_Label(tag) == LABEL_START && L4_UntypedWords(tag) == 3) {
        serve_start(w, from);
    } else if (L4_Label(tag) == LABEL_DONE) {
        return false;
    } else if (L4_IsPageFault(tag) && in_image(w[1])) {
        serve_fault(from, w[1]);
    } else if (L4_IsIoFault(tag) && L4_IsLocalId(from)) {
        serve_io_fault(from, L4_FpageOfRaw(w[1]));
    } else {
        give_up(L4_IsPageFault(tag)   ? "page fault"
                : L4_IsException(tag) ? "exception"
                                      : "strange message",
                from);
        return !L4_SameThreads(from, test_thread);
    }
    return true;
}

static const struct test *current;

static void test_begin(void)
{
    L4_Set_ExceptionHandler(supervisor());
    current->run();
    L4_LoadMR(0, LABEL_DONE << 16);
    L4_Send(supervisor());
    rest();
}

static void test_run(const struct test *test)
{
    checks_failed = 0;
    reports = 0;
    skipped = NULL;
    current = test;
    test_thread = helper(test_begin);
    while (watch())
        ;
    helpers_delete();
    serial_printf("%sok %d - %s%s%s\n", checks_failed ? "not " : "", ++test_number, test->name,
                  skipped ? " # SKIP " : "", skipped ? skipped : "");
    tests_failed += checks_failed != 0;
}

/* ---- which tests */
static bool contains(const char *text, const char *part)
{
    for (; *text; text++)
        if (strncmp(text, part, strlen(part)) == 0)
            return true;
    return *part == '\0';
}

/* `only=` on our own line: the second executable of the boot information is us. */
static void pattern_read(void)
{
    const void *info = (void *)L4_BootInfo(L4_GetKernelInterface());
    int execs = 0;
    if (!info || !L4_BootInfo_Valid(info))
        return;
    const L4_BootRec_t *r = L4_BootInfo_FirstEntry(info);
    for (L4_Word_t n = L4_BootInfo_Entries(info); n > 0; n--, r = L4_BootRec_Next(r)) {
        if (r->type != L4_BOOTREC_EXEC || ++execs != 2 || !L4_SimpleExec_Cmdline(r))
            continue;
        const char *p = strstr(L4_SimpleExec_Cmdline(r), " only=");
        for (size_t i = 0; p && p[6 + i] && p[6 + i] != ' ' && i < sizeof pattern - 1; i++)
            pattern[i] = p[6 + i];
    }
}

static void power_off(int status)
{
    for (int n = 0; n < 100000; n++) { /* the UART's last byte is out */
        uint8_t line;
        __asm__ volatile("inb %1, %0" : "=a"(line) : "Nd"((uint16_t)0x3FD));
        if (line & 0x40)
            break;
    }
    __asm__ volatile("outb %0, %1" : : "a"((uint8_t)(0x20 | status)), "Nd"((uint16_t)0xF4));
    for (const char *s = "Shutdown"; *s; s++) /* Bochs */
        __asm__ volatile("outb %0, %1" : : "a"(*s), "Nd"((uint16_t)0x8900));
}

int main(void)
{
    int selected = 0;
    pattern_read();
    helpers_init();
    for (const struct test *t = __start_tests; t < __stop_tests; t++)
        selected += contains(t->name, pattern);
    serial_printf("1..%d\n", selected);
    for (const struct test *t = __start_tests; t < __stop_tests; t++)
        if (contains(t->name, pattern))
            test_run(t);
    serial_printf("# %d failed\n# done\n", tests_failed);
    power_off(tests_failed != 0);
    rest();
}
