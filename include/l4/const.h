/* SPDX-License-Identifier: MIT */
/* The numbers of the X.2 ABI on IA-32.  Spec section 8, and the sections named below.  This file
 * has only lines `#define NAME NUMBER`, because build/gen/l4.inc shows the same lines to NASM. */
#ifndef L4_CONST_H
#define L4_CONST_H

/* Thread ids.  Spec 1.1.  global: number 31:14, version 13:0; local: the UTCB address, 5:0 = 0 */
#define L4_ID_NIL               0x00000000
#define L4_ID_ANY               0xFFFFFFFF
#define L4_ID_ANYLOCAL          0xFFFFFFC0
#define L4_ID_VERSION_BITS      14
#define L4_ID_NUMBER_BITS       18
#define L4_ID_VERSION_MASK      0x3FFF
#define L4_ID_LOCAL_MASK        0x3F            /* id & this == 0  <=>  a local id */

/* Memory and IO fpages.  Spec 1.2, 1.3 */
#define L4_FPAGE_NIL            0x00000000
#define L4_FPAGE_COMPLETE       0x00000010      /* log2 size field = 1 */
#define L4_FPAGE_COMPLETE_IO    0x00004020
#define L4_FPAGE_SIZE_SHIFT     4
#define L4_FPAGE_SIZE_MASK      0x3F0
#define L4_FPAGE_BASE_MASK      0xFFFFFC00
#define L4_FPAGE_R              4
#define L4_FPAGE_W              2
#define L4_FPAGE_X              1
#define L4_FPAGE_RWX            7
#define L4_FPAGE_EXTENDED       8               /* sigma0: MR3 holds address bits 63:32 */
#define L4_FPAGE_IO_TYPE        2               /* the size field of every IO fpage */
#define L4_FPAGE_IO_SIZE_SHIFT  10
#define L4_FPAGE_IO_PORT_SHIFT  16

/* Time, 16 bits.  Spec 1.4 */
#define L4_TIME_NEVER           0x0000
#define L4_TIME_ZERO            0x0400
#define L4_TIME_POINT           0x8000
#define L4_TIME_MANTISSA_MASK   0x3FF
#define L4_TIME_PERIOD_SHIFT    10              /* period: e at 14:10 */
#define L4_TIME_POINT_SHIFT     11              /* point: e at 14:11, c at 10 */
#define L4_TIME_POINT_C         0x400

/* Message tag.  Spec 1.7 */
#define L4_TAG_U_MASK           0x3F
#define L4_TAG_T_SHIFT          6
#define L4_TAG_T_MASK           0xFC0
#define L4_TAG_PROPAGATED       0x1000
#define L4_TAG_REDIRECTED       0x2000
#define L4_TAG_XCPU             0x4000
#define L4_TAG_ERROR            0x8000
#define L4_TAG_LABEL_SHIFT      16

/* Typed items.  Spec 1.8 */
#define L4_ITEM_MORE            1               /* C: another item follows */
#define L4_ITEM_TYPE_MASK       0xE
#define L4_ITEM_STRING          0               /* 3:3 = 0; 2:1 are the cache hint */
#define L4_ITEM_STRING_BIT      8               /* clear <=> a string item */
#define L4_ITEM_MAP             8
#define L4_ITEM_GRANT           0xA
#define L4_ITEM_CTRLXFER        0xC
#define L4_ITEM_NONE            0xE
#define L4_STRING_J_SHIFT       4
#define L4_STRING_J_MASK        0x1F0
#define L4_STRING_COMPOUND      0x200
#define L4_STRING_LENGTH_SHIFT  10

/* Acceptor, BR0.  Spec 1.9 */
#define L4_ACCEPT_STRINGS       1
#define L4_ACCEPT_CTRLXFER      2
#define L4_ACCEPT_WINDOW_MASK   0xFFFFFFF0

/* UTCB.  Spec 2.  Byte offsets from U, the address of MR0 (= the local id = gs:[0]). */
#define L4_UTCB_BLOCK           512
#define L4_UTCB_BLOCK_LOG2      9
#define L4_UTCB_U               256             /* U = start of the block + this */
#define L4_UTCB_MR0             0
#define L4_UTCB_THREAD_WORD0    -16
#define L4_UTCB_THREAD_WORD1    -20
#define L4_UTCB_SENDER          -24             /* in: VirtualSender, out: ActualSender */
#define L4_UTCB_INTENDED        -28
#define L4_UTCB_XFER_TIMEOUTS   -32
#define L4_UTCB_ERROR           -36
#define L4_UTCB_FLAGS           -40
#define L4_UTCB_EXC_HANDLER     -44
#define L4_UTCB_PAGER           -48
#define L4_UTCB_HANDLE          -52
#define L4_UTCB_PROCESSOR       -56
#define L4_UTCB_GLOBAL_ID       -60
#define L4_UTCB_BR0             -64             /* BRi at -64 - 4i */
#define L4_NUM_MRS              64
#define L4_NUM_BRS              33
#define L4_FLAG_SIGNAL_PREEMPT  0x20            /* s */
#define L4_FLAG_DELAY_PREEMPT   0x40            /* d */
#define L4_FLAG_PREEMPT_PENDING 0x80            /* I */
#define L4_FLAG_COP0            0x100           /* coprocessor n: this << n */

/* Kernel interface page.  Spec 3.1.  Byte offsets. */
#define L4_KIP_MAGIC            0x4BE6344C
#define L4_KIP_API_VERSION      0x04
#define L4_KIP_API_FLAGS        0x08
#define L4_KIP_KERN_DESC_PTR    0x0C
#define L4_KIP_SIGMA0           0x20            /* sp ip low high */
#define L4_KIP_SIGMA1           0x30
#define L4_KIP_ROOT             0x40
#define L4_KIP_MEMORY_INFO      0x54
#define L4_KIP_UTCB_INFO        0xA8
#define L4_KIP_KIP_INFO         0xAC
#define L4_KIP_BOOT_INFO        0xB8
#define L4_KIP_PROC_DESC_PTR    0xBC
#define L4_KIP_CLOCK_INFO       0xC0
#define L4_KIP_THREAD_INFO      0xC4
#define L4_KIP_PAGE_INFO        0xC8
#define L4_KIP_PROCESSOR_INFO   0xCC
#define L4_KIP_SPACE_CONTROL    0xD0
#define L4_KIP_THREAD_CONTROL   0xD4
#define L4_KIP_PROC_CONTROL     0xD8
#define L4_KIP_MEMORY_CONTROL   0xDC
#define L4_KIP_IPC              0xE0
#define L4_KIP_LIPC             0xE4
#define L4_KIP_UNMAP            0xE8
#define L4_KIP_EXREGS           0xEC
#define L4_KIP_SYSTEM_CLOCK     0xF0
#define L4_KIP_THREAD_SWITCH    0xF4
#define L4_KIP_SCHEDULE         0xF8
#define L4_KIP_SIZE             4096
#define L4_API_VERSION          0x84

/* Memory descriptor types.  Spec 3.4 */
#define L4_MEM_UNDEFINED        0x0
#define L4_MEM_CONVENTIONAL     0x1
#define L4_MEM_RESERVED         0x2
#define L4_MEM_DEDICATED        0x3
#define L4_MEM_SHARED           0x4
#define L4_MEM_BOOTLOADER       0xE
#define L4_MEM_ARCH             0xF
#define L4_MEM_TYPE_MASK        0xF
#define L4_MEM_SUBTYPE_SHIFT    4
#define L4_MEM_VIRTUAL          0x200

/* ExchangeRegisters control.  Spec 4.2 */
#define L4_EXREGS_HALT          0x001           /* H */
#define L4_EXREGS_RECEIVE       0x002           /* R */
#define L4_EXREGS_SEND          0x004           /* S */
#define L4_EXREGS_SP            0x008           /* s */
#define L4_EXREGS_IP            0x010           /* i */
#define L4_EXREGS_FLAGS         0x020           /* f */
#define L4_EXREGS_HANDLE        0x040           /* u */
#define L4_EXREGS_PAGER         0x080           /* p */
#define L4_EXREGS_HALT_VALID    0x100           /* h */
#define L4_EXREGS_DELIVER       0x200           /* d */

/* Schedule results.  Spec 4.6 */
#define L4_SCHED_ERROR          0
#define L4_SCHED_DEAD           1
#define L4_SCHED_INACTIVE       2
#define L4_SCHED_RUNNING        3
#define L4_SCHED_PENDING_SEND   4
#define L4_SCHED_SENDING        5
#define L4_SCHED_WAITING        6
#define L4_SCHED_RECEIVING      7

/* Unmap control.  Spec 4.8 */
#define L4_UNMAP_FLUSH          0x40
#define L4_UNMAP_COUNT_MASK     0x3F

/* SpaceControl control.  Spec 4.9 */
#define L4_SPACE_SMALL          0x80000000

/* ErrorCode after a failed system call.  Spec 4.0.1 */
#define L4_ERR_OK               0
#define L4_ERR_PRIVILEGE        1
#define L4_ERR_THREAD           2
#define L4_ERR_SPACE            3
#define L4_ERR_SCHEDULER        4
#define L4_ERR_PARAMETER        5
#define L4_ERR_UTCB             6
#define L4_ERR_KIP              7
#define L4_ERR_MEMORY           8

/* ErrorCode after a failed IPC = offset << 4 | code << 1 | phase.  Spec 5.9 */
#define L4_IPC_TIMEOUT          1
#define L4_IPC_NO_PARTNER       2
#define L4_IPC_CANCELLED        3
#define L4_IPC_OVERFLOW         4
#define L4_IPC_XFER_INVOKER     5
#define L4_IPC_XFER_PARTNER     6
#define L4_IPC_ABORTED          7
#define L4_IPC_PHASE_SEND       0
#define L4_IPC_PHASE_RECEIVE    1
#define L4_IPC_OFFSET_SHIFT     4

/* Labels of messages that the kernel makes, and of sigma0's protocol.  Spec 6 */
#define L4_LABEL_INTERRUPT      0xFFF0
#define L4_LABEL_PAGE_FAULT     0xFFE0          /* | rwx */
#define L4_LABEL_PREEMPTION     0xFFD0
#define L4_LABEL_SYS_EXCEPTION  0xFFC0
#define L4_LABEL_EXCEPTION      0xFFB0
#define L4_LABEL_SIGMA0         0xFFA0
#define L4_LABEL_IO_FAULT       0xFF80          /* | rwx */
#define L4_LABEL_SIGMA0_EXT     0xC170
#define L4_EXCEPTION_WORDS      12

/* Memory attributes.  Spec 4.11; the values are P's */
#define L4_ATTR_DEFAULT         0
#define L4_ATTR_WRITE_BACK      1
#define L4_ATTR_WRITE_THROUGH   2
#define L4_ATTR_UNCACHEABLE     4
#define L4_ATTR_WRITE_COMBINING 5
#define L4_ATTR_WRITE_PROTECTED 8

/* Generic boot information.  Spec 6.10 */
#define L4_BOOTINFO_MAGIC       0x14B0021D
#define L4_BOOTINFO_VERSION     1
#define L4_BOOTREC_MODULE       0x0001
#define L4_BOOTREC_EXEC         0x0002
#define L4_BOOTREC_EFI          0x0101
#define L4_BOOTREC_MULTIBOOT    0x0102

#endif
