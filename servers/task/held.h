/* SPDX-License-Identifier: MIT */
/* A held image: the image of a program that several tasks begin with, and what its headers say. */
#ifndef TASK_HELD_H
#define TASK_HELD_H

#include "../../lib/startup/elf.h"
#include "server.h"

struct held_image {
    struct hurd_cap_object object;  /* the first member; handles of any task are on it */
    struct image *image;            /* NULL  <=>  the record is free */
    struct elf_program program;
    L4_Word_t maker;                /* the id of the task that it was made for */
    struct hurd_startup_cap pages;  /* the maker's thread and its number for the image, if it brings
                                       pages when they are touched; server 0: all of them are
                                       there */
};

#endif
