#include "targets.hpp"

#include "muster/address.hpp"
#include "muster/target_stream.hpp"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

namespace muster::bench {
namespace {

constexpr std::string_view name_suffix = ".bench.test";
constexpr std::uint32_t count_max = 1'000'000'000;
constexpr std::size_t listed_max = 1'000'000;

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

std::optional<targets> counted(const std::string& text) {
  const auto colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  const auto word = text.substr(0, colon);
  if (word != "names" && word != "tasks" && word != "task") return std::nullopt;
  const auto count = number(std::string_view{text}.substr(colon + 1));
  if (word == "task" && count) return targets::numbered(1, *count);
  if (!count || *count == 0 || *count > count_max) {
    throw std::invalid_argument{fmt::format("'{}': '{}:' is followed by how many", text, word)};
  }
  return word == "names" ? targets::named(*count) : targets::numbered(*count);
}

std::optional<targets> range(const std::string& text) {
  const auto dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto first = ip_address::parse(std::string_view{text}.substr(0, dash));
  const auto last = ip_address::parse(std::string_view{text}.substr(dash + 1));
  if (!first || !last || !first->is_v4() || !last->is_v4() || *last < *first) return std::nullopt;
  if (last->v4() - first->v4() >= count_max) return std::nullopt;
  return targets::addresses(first->v4(), last->v4() - first->v4() + 1);
}

std::vector<std::string> expanded(const std::string& text) {
  std::string wrong;
  target_stream_options options;
  options.on_bad_target = [&wrong](const target_diagnostic& bad) {
    if (wrong.empty()) wrong = fmt::format("'{}': {}", bad.text, bad.message);
  };
  target_stream stream{std::move(options)};
  if (text.starts_with('@')) {
    stream.add_file(text.substr(1));
  } else {
    for (std::size_t begin = 0, comma = 0; begin <= text.size(); begin = comma + 1) {
      comma = std::min(text.find(',', begin), text.size());
      stream.add_text(text.substr(begin, comma - begin));
    }
  }
  std::vector<std::string> out;
  for (target next; stream.next(next) == target_stream::pull::target;) {
    if (out.size() == listed_max) {
      throw std::invalid_argument{fmt::format("more than {} targets", listed_max)};
    }
    if (next.form() == target_form::url || next.form() == target_form::host_port) {
      throw std::invalid_argument{fmt::format(
          "'{}': give the host alone, and port or path with --probe", next.to_string())};
    }
    out.push_back(next.to_string());
  }
  if (!wrong.empty()) throw std::invalid_argument{wrong};
  if (out.empty()) throw std::invalid_argument{fmt::format("'{}': no targets", text)};
  return out;
}

/// The host in a URL, `host:port` or host.
std::string_view host_of(std::string_view text) {
  if (const auto scheme = text.find("://"); scheme != text.npos) text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('/'));
  const auto colon = text.find(':');
  // Two colons are an IPv6 address.
  if (colon != text.npos && text.find(':', colon + 1) == text.npos) text = text.substr(0, colon);
  return text;
}

}  // namespace

targets targets::parse(const std::string& text) {
  if (auto out = counted(text)) return *std::move(out);
  if (auto out = range(text)) return *std::move(out);
  targets out;
  out.what_ = kind::listed;
  out.listed_ = expanded(text);
  out.count_ = static_cast<std::uint32_t>(out.listed_.size());
  return out;
}

targets targets::addresses(std::uint32_t first, std::uint32_t count) {
  targets out;
  out.first_ = first;
  out.count_ = count;
  return out;
}

targets targets::named(std::uint32_t count) {
  targets out;
  out.what_ = kind::names;
  out.count_ = count;
  return out;
}

targets targets::numbered(std::uint32_t count, std::uint32_t first) {
  targets out = named(count);
  out.first_ = first;
  out.what_ = kind::tasks;
  return out;
}

targets targets::first(std::uint32_t count) const {
  targets out = *this;
  out.count_ = std::min(count_, count);
  if (what_ == kind::listed) out.listed_.resize(out.count_);
  return out;
}

std::string targets::text(std::uint32_t index) const {
  switch (what_) {
    case kind::addresses:
      return ip_address::from_v4(first_ + index).to_string();
    case kind::names:
      return fmt::format("h{}{}", index, name_suffix);
    case kind::tasks:
      return fmt::format("{}", first_ + index);
    case kind::listed:
      break;
  }
  return listed_[index];
}

std::uint32_t targets::address(std::uint32_t index) const {
  if (what_ == kind::addresses) return first_ + index;
  if (what_ != kind::listed) return 0;
  const auto parsed = ip_address::parse(listed_[index]);
  return parsed && parsed->is_v4() ? parsed->v4() : 0;
}

std::optional<std::uint32_t> targets::index_of(std::string_view text) const {
  if (what_ == kind::listed) {
    // Users' own lists are short, and mostly answered in their order.
    const auto found = std::find(listed_.begin(), listed_.end(), host_of(text));
    if (found == listed_.end()) return std::nullopt;
    return static_cast<std::uint32_t>(found - listed_.begin());
  }
  text = host_of(text);
  std::optional<std::uint32_t> index;
  if (what_ == kind::names && text.starts_with('h') && text.ends_with(name_suffix)) {
    index = number(text.substr(1, text.size() - 1 - name_suffix.size()));
  } else if (what_ == kind::tasks) {
    index = number(text);
  } else if (const auto parsed = ip_address::parse(text); parsed && parsed->is_v4()) {
    index = parsed->v4() - (what_ == kind::names ? names_address : first_);
  }
  return index && *index < count_ ? index : std::nullopt;
}

std::string targets::describe() const {
  switch (what_) {
    case kind::addresses:
      return text(0) + "-" + text(count_ - 1);
    case kind::names:
      return fmt::format("names:{}", count_);
    case kind::tasks:
      return count_ == 1 ? fmt::format("task:{}", first_) : fmt::format("tasks:{}", count_);
    case kind::listed:
      break;
  }
  std::string out;
  for (const auto& one : listed_)
    out += (out.empty() ? "" : ",") + one;
  return out;
}

}  // namespace muster::bench
