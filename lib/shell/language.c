/* SPDX-License-Identifier: MIT */
/* From a text to commands.  Next hops: control.c (which are obeyed), words.c (what they say), then
 * the program. */
#include "lib/shell/language.h"

#include <stdlib.h>
#include <string.h>

enum { PLACE_MOST = 24 };       /* characters of a mistake's place */

static const char *obey_pipeline(const char *text, bool obeys, enum words_end *end,
                                 const char **rest)
{
    struct words *all[PIPELINE_MOST];
    const char *mistake = NULL, *start = text;
    size_t n = 0;
    for (*end = WORDS_PIPE; *end == WORDS_PIPE && !mistake;) {
        if (n == PIPELINE_MOST || !(all[n] = malloc(sizeof *all[n]))) {
            mistake = "there are too many commands in the pipeline";
            break;
        }
        struct words *w = all[n++];
        mistake = obeys ? words_split(w, text) : words_skip(w, text);
        if (!mistake && n > 1 && w->count == 0)
            mistake = "nothing stands behind the |";
        *end = w->end;
        *rest = text = w->rest;
    }
    if (!mistake && obeys && (n > 1 || all[0]->count > 0))
        language_obey((const struct words *const *) all, n, start, *rest);
    while (n > 0)
        free(all[--n]);
    return mistake;
}

const char *interpreter_in(char *script)
{
    if (strncmp(script, "#!", 2))
        return NULL;
    char *name = script + 2 + strspn(script + 2, " \t");
    name[strcspn(name, " \t\n")] = '\0';
    return *name ? name : NULL;
}

enum control_result language_run(const char *text, const char *name)
{
    static const struct control_calls calls = { obey_pipeline, language_interrupted };
    struct control_mistake m;
    enum control_result result = control_run(text, &calls, &m);
    if (result != CONTROL_WRONG && (result != CONTROL_OPEN || !name))
        return result;
    unsigned line = 1;
    for (const char *at = text; at < m.at; at++)
        line += *at == '\n';
    int shown = (int) strcspn(m.at, "\n");
    if (name)
        complain("%s, line %u: ", name, line);
    complain("%s, at `%.*s`\n", m.what, shown < PLACE_MOST ? shown : PLACE_MOST, m.at);
    return result;
}
