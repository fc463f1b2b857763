#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace muster {

// Where several words can stand for one thing, CLI11 takes `[a,b]` for a list of two and `[a]` for
// its `a`. A file may be called so: such words are given a space in front before they are parsed,
// which is taken off again.

/// Marks those of the words that are no options and no values of them.
void mark_bracketed_words(const CLI::App& command, std::vector<std::string>& words);
void unmark_bracketed_words(std::vector<std::string>& words);

}  // namespace muster
