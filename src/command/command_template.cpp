// Strategy: each word is cut into texts and placeholders once. Filling in makes a word of the
// pieces for each target; where several targets go to one process, a word with a placeholder is
// repeated for each of them, as `{}` alone is.
// What is different in a script is in command_script.cpp.
#include "command/command_template.hpp"

#include "targets/target_parts.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace muster {
// ---- What stands where

command_template::word command_template::parse(std::string_view text) const {
  word pieces;
  std::string plain;
  const auto finish = [&] {
    if (!plain.empty()) pieces.push_back({true, {}, std::exchange(plain, {}), false});
  };
  while (!text.empty()) {
    const auto found = placeholder_at(text, options_.syntax);
    if (!found) {
      plain += text.front();
      text.remove_prefix(1);
      continue;
    }
    const bool first = pieces.empty() && plain.empty();
    finish();
    pieces.push_back({false, found->what, found->column, first});
    text.remove_prefix(found->size);
  }
  finish();
  return pieces;
}

command_template::command_template(const std::vector<std::string>& words,
                                   const command_template_options& options)
    : options_{options} {
  if (words.empty() || words.front().empty()) {
    throw std::invalid_argument{"there is no command; write it after --, as in: -- ping -c1 {}"};
  }
  for (const std::string& one : words)
    text_ += (text_.empty() ? "" : " ") + one;
  if (options_.shell) {
    build_script();
  } else {
    build_words(words);
  }
  check_batch();
}

void command_template::build_words(const std::vector<std::string>& words) {
  bool options_ended = false;
  for (const std::string& one : words) {
    words_.push_back(parse(one));
    for (piece& part : words_.back()) {
      has_placeholders_ = has_placeholders_ || (!part.is_text && part.what != kind::column);
      part.may_be_option = part.may_be_option && !options_ended;
    }
    options_ended = options_ended || one == "--";
  }
  last_ = {{false, kind::target, {}, !options_ended}};
}

/// Whether it is another one for each target.
bool command_template::varies(const word& one) {
  return std::ranges::any_of(one, [](const piece& part) {
    return !part.is_text && part.what != kind::number && part.what != kind::slot;
  });
}

bool command_template::is_known_column(std::string_view name) const {
  return std::ranges::any_of(
      options_.columns, [name](std::string_view known) { return is_same_column(known, name); });
}

/// A column is a placeholder for those who have a row, and a text for those who don't.
bool command_template::is_column(const piece& part, const target& subject) const {
  if (part.is_text || part.what != kind::column) return false;
  const target_parameters* const row = subject.parameters();
  const bool has_defaults_only = row && row->columns.empty() && !row->defaults.empty();
  if (row && !has_defaults_only) return true;
  return is_known_column(part.text);
}

bool command_template::gets_target_last(const target& subject) const {
  if (has_placeholders_ || options_.to_input) return false;
  return std::ranges::none_of(words_, [&](const word& one) {
    return std::ranges::any_of(one, [&](const piece& part) { return is_column(part, subject); });
  });
}

void command_template::check_batch() const {
  if (!options_.batch || !options_.shell) return;
  for (const word& one : words_) {
    if (one.front().what == kind::target && words_.size() == 1) continue;
    throw std::invalid_argument{
        "--batch with --shell: the script can have {} once, and no other placeholder"};
  }
}

// ---- Filling in

/// What a script has no place for where this target's value could stand.
const command_template::piece* command_template::without_place(const target& subject,
                                                               bool appended) const {
  for (const piece& part : left_alone_) {
    if (is_column(part, subject)) return &part;
  }
  const bool has_place = last_spot_ && !last_spot_->refused;
  if (!appended || has_place) return nullptr;
  return left_alone_.empty() ? &words_.front().front() : &left_alone_.front();
}

bool command_template::value_of(const piece& part, const target& subject, const more& known,
                                std::string& into) const {
  const target_parameters* row = subject.parameters();
  const std::string* column = nullptr;
  if (part.is_text) {
    into = part.text;
    return true;
  }
  switch (part.what) {
    case kind::target:
      into = text_of(subject);
      return true;
    case kind::host:
      into = host_of(subject);
      return true;
    case kind::number:
      into = std::to_string(known.number);
      return true;
    case kind::slot:
      into = std::to_string(known.slot);
      return true;
    case kind::address:
      if (row && subject.form() == target_form::line) column = row->column("address");
      if (column) {
        into = *column;
        return true;
      }
      if (subject.needs_lookup()) {
        into = known.address;
        return !into.empty();
      }
      if (subject.form() == target_form::line) return false;
      into = address_of(subject);
      return true;
    case kind::port:
      if (row) column = row->column("port");
      if (subject.port() == 0 && !column) return false;
      into = subject.port() != 0 ? std::to_string(subject.port()) : *column;
      return true;
    case kind::column:
      // What is no column is left alone: it may be meant so.
      if (!is_column(part, subject)) {
        into = '{' + part.text + '}';
        return true;
      }
      if (row) column = row->column(part.text);
      if (column) into = *column;
      return column != nullptr;
  }
  return false;
}

bool command_template::usable(const piece& part, std::string_view value, filled& into) const {
  if (value.find('\0') != value.npos) into.wrong = reason::nul_byte;
  const bool is_option = part.may_be_option && !part.is_text && value.starts_with('-');
  if (is_option && !options_.allow_dash) into.wrong = reason::leading_dash;
  return into.wrong == reason::none;
}

bool command_template::append_word(const word& from, const target& subject, const more& known,
                                   filled& into) const {
  std::string whole;
  std::string value;
  for (const piece& part : from) {
    if (!value_of(part, subject, known, value)) {
      into.wrong = reason::no_value;
      into.what = part.what == kind::column ? part.text
                  : part.what == kind::port ? "port"
                                            : "address";
      return false;
    }
    if (!usable(part, value, into)) return false;
    whole += value;
  }
  into.arguments.push_back(std::move(whole));
  return true;
}

std::size_t command_template::argument_bytes(const target& subject) const {
  constexpr std::size_t address_bytes_max = 64;
  const std::size_t whole = std::max(text_of(subject).size(), address_bytes_max);
  const target_parameters* const row = subject.parameters();
  const auto bytes_of = [&](const word& one) {
    std::size_t bytes = 1 + sizeof(char*);
    for (const piece& part : one) {
      const bool is_column =
          !part.is_text && (part.what == kind::column || part.what == kind::port);
      const std::string* const value =
          row && is_column ? row->column(part.what == kind::port ? "port" : part.text) : nullptr;
      bytes += value                       ? value->size()
               : part.is_text              ? part.text.size()
               : part.what == kind::column ? part.text.size() + 2
                                           : whole;
    }
    return bytes;
  };
  std::size_t bytes = gets_target_last(subject) ? bytes_of(last_) : 0;
  for (const word& one : words_) {
    if (varies(one)) bytes += bytes_of(one);
  }
  return bytes;
}

bool command_template::uses_address() const {
  for (const word& one : words_) {
    for (const piece& part : one) {
      if (!part.is_text && part.what == kind::address) return true;
    }
  }
  return false;
}

std::vector<std::string> command_template::columns() const {
  std::vector<std::string> names;
  for (const word& one : words_) {
    for (const piece& part : one) {
      if (!part.is_text && part.what == kind::column) names.push_back(part.text);
    }
  }
  return names;
}

command_template::filled command_template::fill(std::span<const target> targets,
                                                std::uint64_t number, std::string_view address,
                                                std::uint64_t slot) const {
  const more known{number, address, slot};
  filled out;
  const bool appended = gets_target_last(targets.front());
  if (options_.shell) {
    out.arguments = {"/bin/sh", "-c", {}, "sh"};
    if (const piece* const what = without_place(targets.front(), appended)) {
      out.wrong = reason::no_value;
      out.what = what->text;
      return out;
    }
  }
  std::vector<const word*> words;
  for (const word& one : words_)
    words.push_back(&one);
  if (appended) words.push_back(&last_);
  for (const word* const one : words) {
    const bool repeated = varies(*one);
    for (std::size_t i = 0; i < (repeated ? targets.size() : 1); ++i) {
      if (append_word(*one, targets[i], known, out)) continue;
      // Of several targets, the one that it is about is told.
      if (targets.size() > 1) {
        out.what += (out.what.empty() ? "" : " of ") + text_of(targets[i]);
      }
      return out;
    }
  }
  if (options_.shell) out.arguments[2] = write_script(appended, out.arguments.size() - 4);
  if (options_.to_input) {
    for (const target& subject : targets)
      out.input += text_of(subject) + options_.target_end;
  }
  return out;
}

}  // namespace muster
