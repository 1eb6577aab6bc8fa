"""The hostile programs: after `##` the name, and how it may end where that is settled; then the program.

Each is bounded in what it could do were it let out, and prints `ALLOWED` where it got what it must not get.
`{outside}` is a folder of others, `{secret}` a file in it, `{home}` the person's folder, `{parent}` the
process that asked, `{server}` the one that forked, `{port}` a port somebody listens on and `{socket}` a
socket file of theirs.
"""

from __future__ import annotations

__all__ = ["TEXT"]

TEXT = r"""
## fork bomb
import os, time
made = 0
for _ in range(300):
    try:
        if os.fork() == 0:
            time.sleep(2)
            os._exit(0)
        made += 1
    except OSError:
        break
print("ALLOWED" if made else "refused")

## clone3 without threads
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(435, (ctypes.c_uint64 * 8)(), 64)
print("ALLOWED" if result >= 0 else "refused")

## fork past libc
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(57)
if result == 0:
    os._exit(0)
print("ALLOWED" if result >= 0 else "refused")

## memory bomb
blocks = []
for _ in range(160): blocks.append(bytearray(10**8))
print("ALLOWED")

## memory bomb in a solver
import numpy
x = numpy.ones((60000, 60000))
print("ALLOWED", x.sum())

## endless loop: killed time
while True: pass

## endless sleep: time
import time
while True: time.sleep(1)

## loop that ignores every signal: killed time
import signal
for n in range(1, 65):
    try: signal.signal(n, signal.SIG_IGN)
    except (OSError, ValueError): pass
while True: pass

## loop that catches everything: time
import time
while True:
    try:
        while True: time.sleep(0.01)
    except BaseException: pass

## leaving by os._exit: done
import os
os._exit(0)

## abort: killed
import os
os.abort()

## crash in C: killed
import ctypes
ctypes.string_at(0)

## recursion to the end of the stack
def f(): return f()
import sys
sys.setrecursionlimit(10**7)
f()

## thread bomb: raised threads
import threading, time
threading.stack_size(65536)
made = []
for _ in range(2000):
    t = threading.Thread(target=time.sleep, args=(30,), daemon=True)
    t.start()
    made.append(t)
time.sleep(3)
print("ALLOWED")

## reading the home folder
import os
print("ALLOWED" if os.listdir('{home}') is not None else '')

## reading a secret
print("ALLOWED" if open('{secret}').read() else '')

## reading /etc/passwd
print("ALLOWED" if open('/etc/passwd').read() else '')

## reading the environment of others
for pid in ({parent}, {server}):
    try:
        if open(f'/proc/{pid}/environ', 'rb').read(): print("ALLOWED")
    except OSError: pass

## keys in its own environment
import os
print("ALLOWED" if 'AGENTOPT_SECRET' in os.environ else '')

## writing outside
open('{outside}/made', 'w').write('x')
print("ALLOWED")

## writing through its own path
open('../made', 'w').write('x')
print("ALLOWED")

## writing to shared memory
open('/dev/shm/agentopt-hostile', 'w').write('x')
print("ALLOWED")

## removing a file of others
import os
os.remove('{secret}')
print("ALLOWED")

## renaming a file of others
import os
os.rename('{secret}', 'mine')
print("ALLOWED")

## emptying a file of others
import os
os.truncate('{secret}', 0)
print("ALLOWED")

## changing who may read a file of others
import os
os.chmod('{secret}', 0o777)
print("ALLOWED")

## locking others out of a folder
import os
os.chmod('{outside}', 0)
print("ALLOWED")

## changing the time of a file of others
import os
os.utime('{secret}', (0, 0))
print("ALLOWED")

## marking a file of others
import os
os.setxattr('{secret}', 'user.x', b'y')
print("ALLOWED")

## symlink escape
import os
os.symlink('{secret}', '_model.mps')
print("ALLOWED" if open('_model.mps').read() else '')

## hard link escape
import os
os.link('{secret}', '_report.json')
print("ALLOWED")

## a pipe in place of the report
import os
os.mkfifo('_report.json')
print("ALLOWED")
os._exit(0)

## a folder in place of the report
import os
os.mkdir('_report.json')
print("ALLOWED")
os._exit(0)

## nonsense in place of the report: done
import os
open('_report.json', 'w').write('[' * 100000)
open('_model.mps', 'wb').write(bytes(10**6))
os._exit(0)

## TCP
import socket
socket.create_connection(('127.0.0.1', {port}), 2)
print("ALLOWED")

## UDP
import socket
socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print("ALLOWED")

## a socket of another process
import socket
socket.socket(socket.AF_UNIX).connect('{socket}')
print("ALLOWED")

## raw packets
import socket
socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
print("ALLOWED")

## listening
import socket
s = socket.socket()
s.bind(('127.0.0.1', 0))
print("ALLOWED")

## a shell
import subprocess
subprocess.run(['/bin/sh', '-c', 'id'], check=True)
print("ALLOWED")

## becoming another program
import os
os.execv('/bin/echo', ['echo', "ALLOWED"])

## another program from memory
import os
f = os.memfd_create('x')
os.write(f, open('/bin/true', 'rb').read())
os.execve(f, ['x'], {})
print("ALLOWED")

## orphan child
import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        time.sleep(3)
        open('survivor', 'w').write('x')
    os._exit(0)
print("ALLOWED")

## 1 GB of output: output
import sys
for _ in range(1000): sys.stdout.write('x' * 10**6)
print("ALLOWED")

## 1 GB on disk: disk killed raised
with open('big', 'wb') as f:
    for _ in range(1000): f.write(bytes(10**6))
print("ALLOWED")

## 1 GB on disk in many files: disk
for n in range(100):
    with open(f'big{n}', 'wb') as f:
        for _ in range(10): f.write(bytes(10**6))
import time
time.sleep(0.5)
print("ALLOWED")

## 100,000 files: disk
for n in range(100000): open(f'f{n}', 'w').close()
print("ALLOWED")

## space for 1 TB set aside
import os
f = os.open('big', os.O_RDWR | os.O_CREAT)
os.posix_fallocate(f, 0, 10**12)
print("ALLOWED")

## 100,000 open files
made = [open('/dev/null') for _ in range(100000)]
print("ALLOWED")

## signal to the parent
import os
os.kill({parent}, 0)
print("ALLOWED")

## signal to the server
import os
os.kill({server}, 19)
print("ALLOWED")

## signal to everyone
import os
os.kill(-1, 0)
print("ALLOWED")

## signal through a thread's number
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(200, {server}, 19)
print("ALLOWED" if result >= 0 else "refused")

## signal through the owner of a pipe
import fcntl, os
r, w = os.pipe()
fcntl.fcntl(r, fcntl.F_SETOWN, {server})
print("ALLOWED")

## ptrace
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.ptrace(0x4206, {server}, 0, 0)
print("ALLOWED" if result >= 0 else "refused")

## reading the memory of the server
open('/proc/{server}/mem', 'rb')
print("ALLOWED")

## limits of the server
import resource
resource.prlimit({server}, resource.RLIMIT_NOFILE, (1, 1))
print("ALLOWED")

## priority of the server
import os
os.setpriority(os.PRIO_PROCESS, {server}, 19)
print("ALLOWED")

## raising its own limits
import resource
resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))
print("ALLOWED")

## becoming root again
import os
os.setuid(0)
print("ALLOWED")

## a namespace of its own
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.unshare(0x10000000)
print("ALLOWED" if result >= 0 else "refused")

## mounting
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.mount(b'none', b'.', b'tmpfs', 0, 0)
print("ALLOWED" if result >= 0 else "refused")

## another root
import os
os.chroot('.')
print("ALLOWED")

## io_uring
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(425, 8, (ctypes.c_char * 256)())
print("ALLOWED" if result >= 0 else "refused")

## a filter of its own
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.syscall(317, 1, 0, 0)
print("ALLOWED" if result >= 0 else "refused")

## outliving the server
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
result = libc.prctl(1, 0, 0, 0, 0)
print("ALLOWED" if result >= 0 else "refused")

## calls of the 32-bit mode
import ctypes, mmap
code = bytes.fromhex('b814000000cd80c3')
m = mmap.mmap(-1, 4096, prot=7)
m.write(code)
f = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))
print("ALLOWED" if f() > 0 else '')

## files of the server
import os
for n in range(3, 64):
    try: os.fstat(n)
    except OSError: continue
    print("ALLOWED", n)

## the sandbox's own pipes
import os
for n in range(3, 64):
    try: os.write(n, b'x')
    except OSError: continue
    print("ALLOWED", n)

## forged words to the client: done
import os
os.write(1, b'{"id": 1, "ending": "done"}\n' * 3)
"""
