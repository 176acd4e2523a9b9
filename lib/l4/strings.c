/* SPDX-License-Identifier: MIT */
/* Error codes in words. */
#include <l4/ipc.h>

const char *L4_ErrString(L4_Word_t code)
{
    static const char *const text[] = {
        "ok",
        "no privilege",
        "invalid thread",
        "invalid space",
        "invalid scheduler",
        "invalid parameter",
        "invalid UTCB area or location",
        "invalid KIP area",
        "out of memory",
    };
    return code < sizeof text / sizeof text[0] ? text[code] : "unknown error";
}

const char *L4_IpcErrString(L4_Word_t code)
{
    static const char *const text[8][2] = {
        {"ok", "ok"},
        {"timeout in send phase", "timeout in receive phase"},
        {"no such partner in send phase", "no such partner in receive phase"},
        {"cancelled in send phase", "cancelled in receive phase"},
        {"message overflow in send phase", "message overflow in receive phase"},
        {"transfer timeout, fault here, in send phase",
         "transfer timeout, fault here, in receive phase"},
        {"transfer timeout, fault at the partner, in send phase",
         "transfer timeout, fault at the partner, in receive phase"},
        {"aborted in send phase", "aborted in receive phase"},
    };
    return text[L4_IpcErrorCode(code)][L4_IpcErrorInReceive(code)];
}
