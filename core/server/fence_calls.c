/* SPDX-License-Identifier: Apache-2.0
 *
 * The filter of system calls. It names what is refused, not what is allowed: what libraries call
 * changes with each of their releases, what nobody here needs does not. It is some hundred plain
 * comparisons, and for most calls the kernel remembers what came out: no library is mapped into
 * each process for that.
 */
#include "server/fence.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/mem.h"

#if defined(__x86_64__)
#define OUR_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define OUR_ARCH AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define OUR_ARCH AUDIT_ARCH_PPC64LE
#endif

#ifdef OUR_ARCH

/* Younger than the headers that we are built with; the same on all machines. */
enum {
    CHMOD_AT_2 = 452,
    SET_XATTR_AT = 463,
    REMOVE_XATTR_AT = 466,
    OPEN_TREE_ATTR = 467,
    FILE_SETATTR = 469
};

static const int refused[] = {
    /* Other programs. */
    SYS_execve,
    SYS_execveat,
/* Other processes. */
#ifndef __SANITIZE_ADDRESS__ /* its search for leaks traces its own process */
    SYS_ptrace,
#endif
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_process_madvise,
    SYS_pidfd_getfd,
    SYS_kcmp,
    SYS_move_pages,
    SYS_migrate_pages,
    SYS_perf_event_open,
    /* What Landlock leaves open, or did before Linux 6.2: a key file for all to read, or empty. */
    SYS_truncate,
#ifdef SYS_chmod
    SYS_chmod,
    SYS_chown,
    SYS_lchown,
#endif
    SYS_fchmod,
    SYS_fchmodat,
    CHMOD_AT_2,
    SYS_fchown,
    SYS_fchownat,
    SYS_setxattr,
    SYS_lsetxattr,
    SYS_fsetxattr,
    SET_XATTR_AT,
    SYS_removexattr,
    SYS_lremovexattr,
    SYS_fremovexattr,
    REMOVE_XATTR_AT,
    FILE_SETATTR,
    /* Files past their names; other views of the file system. */
    SYS_name_to_handle_at,
    SYS_open_by_handle_at,
    SYS_mount,
    SYS_umount2,
    SYS_pivot_root,
    SYS_chroot,
    SYS_fsopen,
    SYS_fsconfig,
    SYS_fsmount,
    SYS_fspick,
    SYS_move_mount,
    SYS_open_tree,
    OPEN_TREE_ATTR,
    SYS_mount_setattr,
    SYS_fanotify_init,
    SYS_quotactl,
    SYS_swapon,
    SYS_swapoff,
    /* Namespaces. */
    SYS_unshare,
    SYS_setns,
    /* The kernel, and parts of it that were often the way to more rights. */
    SYS_bpf,
    SYS_userfaultfd,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_keyctl,
    SYS_add_key,
    SYS_request_key,
    SYS_init_module,
    SYS_finit_module,
    SYS_delete_module,
    SYS_kexec_load,
#ifdef SYS_kexec_file_load
    SYS_kexec_file_load,
#endif
    SYS_reboot,
    SYS_syslog,
    SYS_acct,
    SYS_personality,
    SYS_settimeofday,
    SYS_clock_settime,
    SYS_adjtimex,
    SYS_clock_adjtime,
    SYS_sethostname,
    SYS_setdomainname,
#ifdef __x86_64__
    SYS_iopl,
    SYS_ioperm,
    SYS_modify_ldt,
#endif
};

enum { X32_BIT = 0x40000000, LINES_MAX = 2 * RV_COUNT(refused) + 40 };

/* All of the kernel's CLONE_NEW*. */
#define NEW_NAMESPACES                                                                             \
    (CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |  \
     CLONE_NEWNET)
#define TO_TERMINAL_INPUT 0x5412 /* TIOCSTI: types for whoever sits there */
#define TO_CONSOLE 0x541C        /* TIOCLINUX: pastes for him */

#define LINE(code, value) ((struct sock_filter)BPF_STMT((code), (value)))
#define WORD(offset) LINE(BPF_LD | BPF_W | BPF_ABS, (offset))
#define ANSWER(with) LINE(BPF_RET | BPF_K, (with))
#define REFUSE(number) ANSWER(SECCOMP_RET_ERRNO | (number))
/* The low half of an argument, which is the first one on all machines of OUR_ARCH. */
#define ARGUMENT(index) WORD(offsetof(struct seccomp_data, args) + 8 * (index))

struct filter {
    struct sock_filter lines[LINES_MAX];
    unsigned short count;
};

static void
add(struct filter *filter, struct sock_filter line)
{
    RV_ASSERT(filter->count < LINES_MAX);
    filter->lines[filter->count++] = line;
}

/* When the word is not this value, the next `over` lines are passed over. */
static void
unless(struct filter *filter, uint32_t value, uint8_t over)
{
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, over));
}

/* Calls of which it depends on the arguments. Each ends with an answer, so the number of the call
 * need not be read again. */
static void
add_arguments(struct filter *filter)
{
    /* Limits of other processes: none of processor time ends them. */
    unless(filter, SYS_prlimit64, 4);
    add(filter, ARGUMENT(0));
    unless(filter, 0, 1);
    add(filter, ANSWER(SECCOMP_RET_ALLOW));
    add(filter, REFUSE(EPERM));
    /* Typing at the terminal that reeved was started from. */
    unless(filter, SYS_ioctl, 6);
    add(filter, ARGUMENT(1));
    unless(filter, TO_TERMINAL_INPUT, 1);
    add(filter, REFUSE(EPERM));
    unless(filter, TO_CONSOLE, 1);
    add(filter, REFUSE(EPERM));
    add(filter, ANSWER(SECCOMP_RET_ALLOW));
    unless(filter, SYS_clone, 4);
    add(filter, ARGUMENT(0));
    add(filter,
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)NEW_NAMESPACES, 0, 1));
    add(filter, REFUSE(EPERM));
    add(filter, ANSWER(SECCOMP_RET_ALLOW));
    /* Its arguments are out of sight; without it libraries use clone. */
    unless(filter, SYS_clone3, 1);
    add(filter, REFUSE(ENOSYS));
}

static void
make(struct filter *filter)
{
    add(filter, WORD(offsetof(struct seccomp_data, arch)));
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCH, 1, 0));
    add(filter, REFUSE(EPERM));
    add(filter, WORD(offsetof(struct seccomp_data, nr)));
#ifdef __x86_64__ /* the same calls by other numbers */
    add(filter, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 0, 1));
    add(filter, REFUSE(EPERM));
#endif
    for (size_t i = 0; i < RV_COUNT(refused); i++) {
        unless(filter, (uint32_t)refused[i], 1);
        add(filter, REFUSE(EPERM));
    }
    add_arguments(filter);
    add(filter, ANSWER(SECCOMP_RET_ALLOW));
}

static int
install(void)
{
    struct filter filter = { .count = 0 };
    make(&filter);
    const struct sock_fprog program = { .len = filter.count, .filter = filter.lines };
    /* Kernels before 5.16 would slow the process down else. */
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program) ==
        0)
        return 0;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

#else

static int
install(void)
{
    errno = ENOSYS; /* nobody has looked at this machine's calls yet */
    return -1;
}

#endif

/* Of a reeved that runs as root. Its files may be another user's. */
static void
give_up_capabilities(void)
{
    const uint32_t keep = 1U << CAP_DAC_OVERRIDE | 1U << CAP_DAC_READ_SEARCH;
    struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct sets[2] = { 0 };
    if (syscall(SYS_capget, &header, sets) || !(sets[0].permitted | sets[1].permitted))
        return;
    sets[0].effective &= keep;
    sets[0].permitted &= keep;
    sets[1].effective = sets[1].permitted = 0;
    sets[0].inheritable = sets[1].inheritable = 0;
    (void)syscall(SYS_capset, &header, sets);
}

int
rv_fence_calls(rv_err *err)
{
    give_up_capabilities();
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && install() == 0)
        return 0;
    rv_fail_errno(err, "the kernel keeps no process from system calls (seccomp)");
    err->code = RV_E_UNSUPPORTED;
    return rv_hint(err, "it needs CONFIG_SECCOMP_FILTER, on x86-64, arm64, riscv64 or ppc64le");
}
