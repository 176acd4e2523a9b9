/* SPDX-License-Identifier: MIT */
/* POSIX scandir(): a directory as a sorted list. */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct list {
    struct dirent **entries;
    size_t used, room;
};

static bool list_add(struct list *list, const struct dirent *entry)
{
    if (list->used == list->room) {
        size_t room = list->room ? 2 * list->room : 16;
        struct dirent **larger = realloc(list->entries, room * sizeof(struct dirent *));
        if (!larger)
            return false;
        list->entries = larger;
        list->room = room;
    }
    struct dirent *copy = malloc(sizeof *copy);
    if (!copy)
        return false;
    *copy = *entry;
    list->entries[list->used++] = copy;
    return true;
}

static bool list_fill(struct list *list, DIR *directory, int (*wanted)(const struct dirent *))
{
    struct dirent *entry;
    errno = 0;
    while ((entry = readdir(directory)) != NULL) {
        if ((!wanted || wanted(entry)) && !list_add(list, entry))
            return false;
        errno = 0;
    }
    return errno == 0;
}

typedef int compare_t(const void *, const void *);

int scandir(const char *path, struct dirent ***to, int (*wanted)(const struct dirent *),
            int (*compare)(const struct dirent **, const struct dirent **))
{
    struct list list = { 0 };
    DIR *directory = opendir(path);
    if (!directory)
        return -1;
    bool good = list_fill(&list, directory, wanted);
    int err = errno;
    closedir(directory);
    if (!good) {
        while (list.used)
            free(list.entries[--list.used]);
        free(list.entries);
        errno = err;
        return -1;
    }
    if (compare)
        qsort(list.entries, list.used, sizeof(struct dirent *),
              (compare_t *) (void (*)(void)) compare);
    *to = list.entries;
    return (int) list.used;
}

int alphasort(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}
