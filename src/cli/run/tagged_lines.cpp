#include "cli/run/tagged_lines.hpp"

#include "core/printable_pieces.hpp"
#include "muster/printable.hpp"
#include "targets/target_parts.hpp"

namespace muster {
namespace {

constexpr std::size_t tag_bytes_max = 64 * 1024;

}  // namespace

void tagged_lines::add(std::uint64_t task, const target& subject, process_stream stream,
                       std::string_view bytes) {
  open_lines& own = tasks_[task];
  if (own.tag.empty()) append_printable(own.tag, text_of(subject), tag_bytes_max);
  const auto which = static_cast<std::size_t>(stream);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    add_to(own.streams[which], bytes.substr(0, end));
    if (end == bytes.npos) break;
    put(which, own.tag, own.streams[which]);
    bytes.remove_prefix(end + 1);
  }
}

void tagged_lines::add_to(open_line& line, std::string_view bytes) {
  const std::size_t room = held_bytes_max - line.begin.size();
  line.begin += bytes.substr(0, room);
  if (bytes.size() > room) spool_.append(line.rest, bytes.substr(room));
}

void tagged_lines::finish(std::uint64_t task) {
  const auto own = tasks_.find(task);
  if (own == tasks_.end()) return;
  for (std::size_t which = 0; which < own->second.streams.size(); ++which) {
    open_line& last = own->second.streams[which];
    if (!last.begin.empty()) put(which, own->second.tag, last);
  }
  tasks_.erase(own);
}

void tagged_lines::put(std::size_t stream, const std::string& tag, open_line& line) {
  std::string& out = files_[stream]->buffer();
  out += tag;
  out += '\t';
  printable_pieces printable{out};
  const auto append = [&](std::string_view piece) {
    if (terminal_[stream]) {
      printable.add(piece);
    } else {
      out += piece;
    }
    files_[stream]->written();
  };
  append(line.begin);
  spool_.read(line.rest, append);
  printable.finish();
  out += '\n';
  files_[stream]->written();
  line.begin.clear();
  spool_.drop(line.rest);
}

}  // namespace muster
