#include "cli/tagged_lines.hpp"

#include "core/target_parts.hpp"
#include "muster/printable.hpp"

#include <algorithm>

namespace muster {

void tagged_lines::add(std::uint64_t task, const target& subject, process_stream stream,
                       std::string_view bytes) {
  open_lines& own = tasks_[task];
  if (own.tag.empty()) {
    const std::string text = text_of(subject);
    append_printable(own.tag, text, line_bytes_max);
  }
  const auto which = static_cast<std::size_t>(stream);
  std::string& open = own.texts[which];
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    const std::size_t room = line_bytes_max - open.size();
    open += bytes.substr(0, std::min(end, room));
    const bool whole = end <= room && end < bytes.size();
    bytes.remove_prefix(std::min(std::min(end, room) + (whole ? 1 : 0), bytes.size()));
    if (!whole && open.size() < line_bytes_max) break;
    put(which, own.tag, open);
    open.clear();
  }
}

void tagged_lines::finish(std::uint64_t task) {
  const auto own = tasks_.find(task);
  if (own == tasks_.end()) return;
  for (std::size_t which = 0; which < own->second.texts.size(); ++which) {
    if (!own->second.texts[which].empty()) put(which, own->second.tag, own->second.texts[which]);
  }
  tasks_.erase(own);
}

void tagged_lines::put(std::size_t stream, const std::string& tag, std::string_view line) {
  std::string& out = files_[stream]->buffer();
  out += tag;
  out += '\t';
  if (terminal_[stream]) {
    append_printable_lines(out, line);
  } else {
    out += line;
  }
  out += '\n';
  files_[stream]->written();
}

}  // namespace muster
