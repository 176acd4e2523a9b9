/* SPDX-License-Identifier: MIT */
/* Errors that nothing of this system returns, in words; and strerror_r(): POSIX. */
#include <errno.h>
#include <string.h>

static const struct {
    int number;
    const char *text;
} errors[] = {
    {ENOTBLK, "Block device required"},
    {ENOMSG, "No message of desired type"},
    {EIDRM, "Identifier removed"},
    {ENOSTR, "Device not a stream"},
    {ENODATA, "No data available"},
    {ETIME, "Timer expired"},
    {ENOSR, "Out of streams resources"},
    {ENOLINK, "Link has been severed"},
    {EMULTIHOP, "Multihop attempted"},
    {EBADMSG, "Bad message"},
    {ENOTSOCK, "Socket operation on non-socket"},
    {EDESTADDRREQ, "Destination address required"},
    {EPROTOTYPE, "Protocol wrong type for socket"},
    {ENOPROTOOPT, "Protocol not available"},
    {EPROTONOSUPPORT, "Protocol not supported"},
    {ESOCKTNOSUPPORT, "Socket type not supported"},
    {EPFNOSUPPORT, "Protocol family not supported"},
    {EAFNOSUPPORT, "Address family not supported by protocol"},
    {EADDRINUSE, "Address already in use"},
    {EADDRNOTAVAIL, "Cannot assign requested address"},
    {ENETDOWN, "Network is down"},
    {ENETUNREACH, "Network is unreachable"},
    {ENETRESET, "Network dropped connection on reset"},
    {ECONNABORTED, "Software caused connection abort"},
    {ECONNRESET, "Connection reset by peer"},
    {EISCONN, "Transport endpoint is already connected"},
    {ENOTCONN, "Transport endpoint is not connected"},
    {ECONNREFUSED, "Connection refused"},
    {EHOSTDOWN, "Host is down"},
    {EHOSTUNREACH, "No route to host"},
    {EALREADY, "Operation already in progress"},
    {EINPROGRESS, "Operation now in progress"},
    {EDQUOT, "Disk quota exceeded"},
    {EOWNERDEAD, "Owner died"},
    {ENOTRECOVERABLE, "State not recoverable"},
};

const char *__libc_strerror_rare(int number);
const char *__libc_strerror_rare(int number)
{
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++)
        if (errors[i].number == number)
            return errors[i].text;
    return NULL;
}

int strerror_r(int number, char *text, size_t size)
{
    const char *message = strerror(number);
    if (strlcpy(text, message, size) >= size)
        return ERANGE;
    return strncmp(message, "Unknown", 7) == 0 ? EINVAL : 0;
}
