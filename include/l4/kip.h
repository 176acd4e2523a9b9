/* SPDX-License-Identifier: MIT */
/* The kernel interface page: its layout and how to read it.  Spec 3. */
#ifndef L4_KIP_H
#define L4_KIP_H

#include <l4/types.h>

/* The fields of an initial server in the KIP.  The loader fills them.  `high` is the first byte
 * behind the server. */
typedef struct {
    L4_Word_t sp, ip, low, high;
} L4_KernelRootServer_t;

typedef struct {
    L4_Word_t low, high;
} L4_KernelMemoryRange_t;

/* A memory descriptor; `high` is its last byte.  Spec 3.4
 *   31           10  9  8  7     4 3     0       31           10 9         0
 *  |  low / 1024   | v | 0 |  t   | type  |     |  high / 1024  | undefined | */
typedef union {
    L4_Word_t raw[2];
    struct {
        L4_Word_t type : 4, t : 4, zero : 1, v : 1, low : 22;
        L4_Word_t zero2 : 10, high : 22;
    } x;
} L4_MemoryDesc_t;
L4_STATIC_ASSERT(sizeof(L4_MemoryDesc_t) == 8, "a memory descriptor is two words");

typedef union {
    L4_Word_t raw[4];
    struct {
        L4_Word_t ExternalFreq, InternalFreq, reserved[2];
    } X; /* kHz */
} L4_ProcDesc_t;

typedef struct {
    L4_Word_t KernelId;      /* 31:24 id, 23:16 subid */
    L4_Word_t KernelGenDate; /* 4:0 day, 8:5 month, 15:9 year - 2000 */
    L4_Word_t KernelVer;     /* 31:24 major, 23:16 minor, 15:0 sub-sub */
    L4_Word_t Supplier;
    char VersionString[]; /* feature strings follow; an empty one ends the list */
} L4_KernelDesc_t;

typedef struct {
    L4_Word_t magic; /* 0x00 */
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t zero : 16, subversion : 8, version : 8;
        } X;
    } ApiVersion;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t ee : 2, ww : 2, zero : 28;
        } X;
    } ApiFlags;
    L4_Word_t KernDescPtr;
    L4_KernelRootServer_t Kdebug; /* .sp is kdebug.init, .ip is kdebug.entry; 0x10 */
    L4_KernelRootServer_t Sigma0; /* 0x20 */
    L4_KernelRootServer_t Sigma1;
    L4_KernelRootServer_t RootServer;
    L4_Word_t reserved50; /* 0x50 */
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t n : 16, MemDescPtr : 16;
        } X;
        struct {
            L4_Word_t n : 16, MemDescPtr : 16;
        };
    } MemoryInfo;
    L4_Word_t KdebugConfig[2];
    L4_KernelMemoryRange_t MainMem; /* 0x60 */
    L4_KernelMemoryRange_t ReservedMem[2];
    L4_KernelMemoryRange_t DedicatedMem[5];
    L4_Word_t reservedA0[2]; /* 0xA0 */
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t m : 10, a : 6, s : 6, zero : 10;
        } X;
    } UtcbAreaInfo;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t s : 6, zero : 26;
        } X;
    } KipAreaInfo;
    L4_Word_t reservedB0[2]; /* 0xB0 */
    L4_Word_t BootInfo;
    L4_Word_t ProcDescPtr;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t ReadPrecision : 16, SchedulePrecision : 16;
        } X;
    } ClockInfo;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t t : 8, SystemBase : 12, UserBase : 12;
        } X;
    } ThreadInfo;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t rwx : 3, zero : 7, page_size_mask : 22;
        } X;
    } PageInfo;
    union {
        L4_Word_t raw;
        struct {
            L4_Word_t processors : 16, zero : 12, s : 4;
        } X;
    } ProcessorInfo;
    L4_Word_t SpaceControl; /* 0xD0 */
    L4_Word_t ThreadControl;
    L4_Word_t ProcessorControl;
    L4_Word_t MemoryControl;
    L4_Word_t Ipc; /* 0xE0 */
    L4_Word_t Lipc;
    L4_Word_t Unmap;
    L4_Word_t ExchangeRegisters;
    L4_Word_t SystemClock; /* 0xF0 */
    L4_Word_t ThreadSwitch;
    L4_Word_t Schedule;
    L4_Word_t reservedFC[5];
    L4_Word_t ArchSyscall[4]; /* 0x110 */
} L4_KernelInterfacePage_t;

#define L4_KIP_AT(field, offset)                                                                   \
    L4_STATIC_ASSERT(offsetof(L4_KernelInterfacePage_t, field) == (offset), #field " moved")
L4_KIP_AT(magic, 0);
L4_KIP_AT(ApiVersion, L4_KIP_API_VERSION);
L4_KIP_AT(ApiFlags, L4_KIP_API_FLAGS);
L4_KIP_AT(KernDescPtr, L4_KIP_KERN_DESC_PTR);
L4_KIP_AT(Kdebug, 0x10);
L4_KIP_AT(Sigma0, L4_KIP_SIGMA0);
L4_KIP_AT(Sigma1, L4_KIP_SIGMA1);
L4_KIP_AT(RootServer, L4_KIP_ROOT);
L4_KIP_AT(reserved50, 0x50);
L4_KIP_AT(MemoryInfo, L4_KIP_MEMORY_INFO);
L4_KIP_AT(KdebugConfig, 0x58);
L4_KIP_AT(MainMem, 0x60);
L4_KIP_AT(ReservedMem, 0x68);
L4_KIP_AT(DedicatedMem, 0x78);
L4_KIP_AT(reservedA0, 0xA0);
L4_KIP_AT(UtcbAreaInfo, L4_KIP_UTCB_INFO);
L4_KIP_AT(KipAreaInfo, L4_KIP_KIP_INFO);
L4_KIP_AT(reservedB0, 0xB0);
L4_KIP_AT(BootInfo, L4_KIP_BOOT_INFO);
L4_KIP_AT(ProcDescPtr, L4_KIP_PROC_DESC_PTR);
L4_KIP_AT(ClockInfo, L4_KIP_CLOCK_INFO);
L4_KIP_AT(ThreadInfo, L4_KIP_THREAD_INFO);
L4_KIP_AT(PageInfo, L4_KIP_PAGE_INFO);
L4_KIP_AT(ProcessorInfo, L4_KIP_PROCESSOR_INFO);
L4_KIP_AT(SpaceControl, L4_KIP_SPACE_CONTROL);
L4_KIP_AT(ThreadControl, L4_KIP_THREAD_CONTROL);
L4_KIP_AT(ProcessorControl, L4_KIP_PROC_CONTROL);
L4_KIP_AT(MemoryControl, L4_KIP_MEMORY_CONTROL);
L4_KIP_AT(Ipc, L4_KIP_IPC);
L4_KIP_AT(Lipc, L4_KIP_LIPC);
L4_KIP_AT(Unmap, L4_KIP_UNMAP);
L4_KIP_AT(ExchangeRegisters, L4_KIP_EXREGS);
L4_KIP_AT(SystemClock, L4_KIP_SYSTEM_CLOCK);
L4_KIP_AT(ThreadSwitch, L4_KIP_THREAD_SWITCH);
L4_KIP_AT(Schedule, L4_KIP_SCHEDULE);
L4_KIP_AT(reservedFC, 0xFC);
L4_KIP_AT(ArchSyscall, 0x110);
L4_STATIC_ASSERT(sizeof(L4_KernelInterfacePage_t) == 0x120,
                 "private parts of the KIP start at 0x120");

/* ---- reading a KIP: each function takes its address.  Spec 3.3 - 3.6 */
#define L4_KIP_OF(kip) ((const L4_KernelInterfacePage_t *)(kip))

L4_INLINE L4_Word_t L4_ThreadIdBits(const void *kip)
{
    return L4_KIP_OF(kip)->ThreadInfo.raw & 0xFF;
}
L4_INLINE L4_Word_t L4_ThreadIdSystemBase(const void *kip)
{
    return L4_KIP_OF(kip)->ThreadInfo.raw >> 8 & 0xFFF;
}
L4_INLINE L4_Word_t L4_ThreadIdUserBase(const void *kip)
{
    return L4_KIP_OF(kip)->ThreadInfo.raw >> 20;
}
L4_INLINE L4_Word_t L4_NumProcessors(const void *kip)
{
    return (L4_KIP_OF(kip)->ProcessorInfo.raw & 0xFFFF) + 1;
}
L4_INLINE L4_Word_t L4_PageSizeMask(const void *kip)
{
    return L4_KIP_OF(kip)->PageInfo.raw & ~0x3FFul;
}
L4_INLINE L4_Word_t L4_PageRights(const void *kip) { return L4_KIP_OF(kip)->PageInfo.raw & 7; }
L4_INLINE L4_Word_t L4_UtcbAlignmentLog2(const void *kip)
{
    return L4_KIP_OF(kip)->UtcbAreaInfo.raw >> 10 & 0x3F;
}
L4_INLINE L4_Word_t L4_UtcbAreaSizeLog2(const void *kip)
{
    return L4_KIP_OF(kip)->UtcbAreaInfo.raw >> 16 & 0x3F;
}
L4_INLINE L4_Word_t L4_UtcbSize(const void *kip)
{
    return (L4_KIP_OF(kip)->UtcbAreaInfo.raw & 0x3FF) << L4_UtcbAlignmentLog2(kip);
}
L4_INLINE L4_Word_t L4_KipAreaSizeLog2(const void *kip)
{
    return L4_KIP_OF(kip)->KipAreaInfo.raw & 0x3F;
}
L4_INLINE L4_Word_t L4_BootInfo(const void *kip) { return L4_KIP_OF(kip)->BootInfo; }
L4_INLINE L4_Word_t L4_ReadPrecision(const void *kip)
{
    return L4_KIP_OF(kip)->ClockInfo.raw & 0xFFFF;
}
L4_INLINE L4_Word_t L4_SchedulePrecision(const void *kip)
{
    return L4_KIP_OF(kip)->ClockInfo.raw >> 16;
}

L4_INLINE L4_Word_t L4_NumMemoryDescriptors(const void *kip)
{
    return L4_KIP_OF(kip)->MemoryInfo.raw & 0xFFFF;
}
L4_INLINE L4_MemoryDesc_t *L4_MemoryDesc(const void *kip, L4_Word_t n)
{
    if (n >= L4_NumMemoryDescriptors(kip))
        return NULL;
    return (L4_MemoryDesc_t *)((L4_Word_t)kip + (L4_KIP_OF(kip)->MemoryInfo.raw >> 16)) + n;
}
L4_INLINE L4_Bool_t L4_IsMemoryDescVirtual(const L4_MemoryDesc_t *m)
{
    return (m->raw[0] & L4_MEM_VIRTUAL) != 0;
}
L4_INLINE L4_Bool_t L4_IsVirtual(const L4_MemoryDesc_t *m) { return L4_IsMemoryDescVirtual(m); }
L4_INLINE L4_Word_t L4_MemoryDescLow(const L4_MemoryDesc_t *m) { return m->raw[0] & ~0x3FFul; }
L4_INLINE L4_Word_t L4_MemoryDescHigh(const L4_MemoryDesc_t *m)
{
    return m->raw[1] | 0x3FF;
} /* inclusive */
/* Returns the type.  For the loader's and the architecture's types, bits 7:4 are the subtype. */
L4_INLINE L4_Word_t L4_MemoryDescType(const L4_MemoryDesc_t *m)
{
    L4_Word_t type = m->raw[0] & L4_MEM_TYPE_MASK;
    return type >= L4_MEM_BOOTLOADER ? m->raw[0] & 0xFF : type;
}
#define L4_UndefinedMemoryType            L4_MEM_UNDEFINED
#define L4_ConventionalMemoryType         L4_MEM_CONVENTIONAL
#define L4_ReservedMemoryType             L4_MEM_RESERVED
#define L4_DedicatedMemoryType            L4_MEM_DEDICATED
#define L4_SharedMemoryType               L4_MEM_SHARED
#define L4_BootLoaderSpecificMemoryType   L4_MEM_BOOTLOADER
#define L4_ArchitectureSpecificMemoryType L4_MEM_ARCH

L4_INLINE L4_ProcDesc_t *L4_ProcDesc(const void *kip, L4_Word_t n)
{
    if (n >= L4_NumProcessors(kip))
        return NULL;
    return (L4_ProcDesc_t *)((L4_Word_t)kip + L4_KIP_OF(kip)->ProcDescPtr +
                             (n << (L4_KIP_OF(kip)->ProcessorInfo.raw >> 28)));
}
L4_INLINE L4_Word_t L4_ProcDescExternalFreq(const L4_ProcDesc_t *p) { return p->raw[0]; }
L4_INLINE L4_Word_t L4_ProcDescInternalFreq(const L4_ProcDesc_t *p) { return p->raw[1]; }

L4_INLINE const L4_KernelDesc_t *L4_KernelDesc(const void *kip)
{
    return (const L4_KernelDesc_t *)((L4_Word_t)kip + L4_KIP_OF(kip)->KernDescPtr);
}
L4_INLINE L4_Word_t L4_KernelSupplier(const void *kip) { return L4_KernelDesc(kip)->Supplier; }
L4_INLINE L4_Word_t L4_KernelVersion(const void *kip) { return L4_KernelDesc(kip)->KernelVer; }
L4_INLINE char *L4_KernelVersionString(const void *kip)
{
    return (char *)L4_KernelDesc(kip)->VersionString;
}
L4_INLINE void L4_KernelGenDate(const void *kip, L4_Word_t *year, L4_Word_t *month, L4_Word_t *day)
{
    L4_Word_t date = L4_KernelDesc(kip)->KernelGenDate;
    *year = (date >> 9 & 0x7F) + 2000;
    *month = date >> 5 & 0xF;
    *day = date & 0x1F;
}
/* Returns the n-th feature string, or NULL behind the last one. */
char *L4_Feature(const void *kip, L4_Word_t n);
L4_Bool_t L4_HasFeature(const char *name);

#define L4_MAGIC L4_KIP_MAGIC

/* ---- finding the KIP: `lock; nop`.  Spec 4.1.  Each of the three pointers may be NULL. */
void *L4_KernelInterface(L4_Word_t *ApiVersion, L4_Word_t *ApiFlags, L4_Word_t *KernelId);
void *L4_GetKernelInterface(void);
L4_Word_t L4_ApiVersion(void);
L4_Word_t L4_ApiFlags(void);
L4_Word_t L4_KernelId(void);

#endif
