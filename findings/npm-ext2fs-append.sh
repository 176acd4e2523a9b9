#!/bin/sh
# SPDX-License-Identifier: MIT
# npm's ext2fs (libext2fs as WebAssembly), "the exact same interface as node's fs": appending, and writing to a file that must be new.
. "$(dirname "$0")/lib.sh"
packages e2fsprogs=1.47.0-2+b2
npm_packages ext2fs@4.2.5 file-disk@8.0.1
expected "what Node's fs does: appendFile() adds to the end of the file, and the flag wx refuses a file that is there"
mkdir folder
printf 'the beginning, ' > folder/file
mke2fs -q -F -t ext2 -d folder image 8m > log 2>&1
cat > change.js <<'E2'
const { withMountedDisk } = require("ext2fs");
const { FileDisk, withOpenFile } = require("file-disk");
const change = { append: (fs) => fs.appendFile("/file", "the end"), a: (fs) => fs.writeFile("/file", "the end", { flag: "a" }),
                 wx: (fs) => fs.writeFile("/file", "another", { flag: "wx" }), rename: (fs) => fs.rename("/file", "/name") };
withOpenFile("image", "r+", (handle) =>
    withMountedDisk(new FileDisk(handle), 0, ({ promises }) => change[process.argv[2]](promises))
).then(() => console.log("done"), (error) => console.log(error.code));
E2
contents() { debugfs -R "cat $1" image 2> log; }
observed "the file" "the beginning, " "$(contents file)"
observed "appendFile()" done "$(node change.js append)"
observed "the file after it" "the end" "$(contents file)"
observed "writeFile() with the flag a" done "$(node change.js a)"
observed "the file after it" "the end" "$(contents file)"
observed "writeFile() with the flag wx, to a file that is there" done "$(node change.js wx)"
observed "the file after it" another "$(contents file)"
observed "rename()" done "$(node change.js rename)"
observed "status of e2fsck" 0 "$(status_of e2fsck -fn image)"
finish
