#!/bin/sh
# SPDX-License-Identifier: MIT
# npm's partitioninfo and mbr: the number of a partition, and where it begins by cylinder, head and sector.
. "$(dirname "$0")/lib.sh"
packages fdisk=2.38.1-5+deb12u3 gdisk=1.0.9-2.1
npm_packages partitioninfo@6.0.3 mbr@1.1.3
expected "as its page says, 'like Linux's /dev/sdaN': partition 3 of a table of 1 and 3 is 3; mbr gives the three numbers that are there"
truncate -s 64M gpt mbr
sgdisk -n 1:2048:10239 -n 3:20480:40959 gpt > log 2>&1
printf '2048,8192,83\n16384,100000,5\n18432,10000,83\n' | sfdisk -q mbr
cat > number.js <<'E2'
const partition = require("partitioninfo").get(process.argv[2], Number(process.argv[3]));
partition.then((found) => console.log(found.offset / 512), (error) => console.log(error.message));
E2
cat > chs.js <<'E2'
const { cylinder, head, sector } = new (require("mbr"))(require("fs").readFileSync("mbr").subarray(0, 512)).partitions[0].firstCHS;
console.log(`${cylinder}/${head}/${sector}`);
E2
observed "sfdisk: partition 3 of the GPT" 20480 "$(sfdisk -d gpt | sed -n 's/^gpt3 : start= *\([0-9]*\),.*/\1/p')"
observed "partitioninfo: 3" "Partition not found: 3." "$(node number.js gpt 3)"
observed "partitioninfo: 2, which there is not" 20480 "$(node number.js gpt 2)"
observed "MBR with an extended partition: 5" 18432 "$(node number.js mbr 5)"
observed "the bytes of the first partition's begin: head 32, sector 33, cylinder 0" "20 21 00" \
    "$(tail -c +448 mbr | head -c 3 | od -An -tx1 | sed 's/^ //')"
observed "mbr: cylinder/head/sector" 132/0/32 "$(node chs.js)"
finish
