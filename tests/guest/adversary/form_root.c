/* SPDX-License-Identifier: MIT */
/* The stage as the root task, alone with kernel and sigma0: privileged itself, and able to have ports. */
#include "stage.h"
#include <l4/bootinfo.h>
#include <l4/serial.h>

L4_Word_t first_thread_number, first_version = 16;
const char *form_pattern = "";
static char pattern[64];
bool form_has_ports;

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
    form_pattern = pattern;
}

extern const char __executable_start[], _end[];

void form_init(void *argument)
{
    for (const char *p = __executable_start; p < _end; p += PAGE) /* all of us is mapped from now on */
        (void)*(volatile const char *)p;
    (void)argument;
    form_has_ports = !L4_IsNilFpage(L4_Sigma0_GetPage(L4_nilthread, L4_FpageOfRaw(L4_FPAGE_COMPLETE_IO | 7)));
    pattern_read();
    first_thread_number = L4_ThreadIdUserBase(L4_GetKernelInterface()) + 100;
}

void form_print(const char *text, L4_Word_t n)
{
    while (n-- > 0)
        serial_putchar(*text++);
}

L4_Word_t thread_control(L4_ThreadId_t dest, L4_ThreadId_t space, L4_ThreadId_t scheduler, L4_ThreadId_t pager,
                         L4_Word_t utcb)
{
    return L4_ThreadControl(dest, space, scheduler, pager, (void *)utcb) ? 0 : L4_ErrorCode();
}

static L4_Word_t space_call(L4_ThreadId_t space, L4_Word_t word, L4_Word_t kip, L4_Word_t utcb,
                            L4_ThreadId_t redirector, L4_Word_t *old)
{
    return L4_SpaceControl(space, word, L4_FpageOfRaw(kip), L4_FpageOfRaw(utcb), redirector, old) ? 0 : L4_ErrorCode();
}

L4_Word_t space_control(L4_ThreadId_t space, L4_Word_t word, L4_Word_t kip, L4_Word_t utcb, L4_ThreadId_t redirector)
{
    L4_Word_t old;
    return space_call(space, word, kip, utcb, redirector, &old);
}

bool space_counter(L4_ThreadId_t t, L4_Word_t which, L4_Word_t *value)
{
    return space_call(t, L4_PECAN_SPACE_READ | which, 0, 0, L4_nilthread, value) == 0;
}

bool space_quota(L4_ThreadId_t t, L4_Word_t n)
{
    L4_Word_t old;
    return space_call(t, L4_PECAN_SPACE_QUOTA | n, 0, 0, L4_nilthread, &old) == 0;
}

bool form_rpc(L4_Word_t *free_frames)
{
    *free_frames = ~0ul;
    return true;
}

unsigned form_stale_words(void) { return ~0u; }

static void out8(uint8_t value, uint16_t port) { __asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port)); }

void form_end(bool failed)
{
    for (int n = 0; n < 100000; n++) { /* the UART's last byte is out */
        uint8_t line;
        __asm__ volatile("inb %1, %0" : "=a"(line) : "Nd"((uint16_t)0x3FD));
        if (line & 0x40)
            break;
    }
    out8(0x20 | failed, 0xF4);
    for (const char *s = "Shutdown"; *s; s++) /* Bochs */
        out8((uint8_t)*s, 0x8900);
    rest();
}

void stage_main(void *argument);
int main(void)
{
    stage_main(NULL);
    return 0;
}
