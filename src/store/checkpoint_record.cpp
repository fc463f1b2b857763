// Strategy: a checkpoint is one JSON object. Its arrays of intervals are flat (begin, end, begin,
// end), in order, and apart: what is not so was not written here, and is refused rather than
// repaired, since a wrong guess would leave targets out.
#include "store/checkpoint_record.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace muster {
namespace {

using json_writer = rapidjson::Writer<rapidjson::StringBuffer>;

constexpr unsigned version = 1;
constexpr const char* magic = "muster_checkpoint";

void write_text(json_writer& out, std::string_view text) {
  out.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_set(json_writer& out, const char* name, const sequence_set& set) {
  out.Key(name);
  out.StartArray();
  for (const auto& [begin, end] : set.intervals()) {
    out.Uint64(begin);
    out.Uint64(end);
  }
  out.EndArray();
}

/// Takes members out of the object, and remembers the first that is missing or of a wrong type.
class reader {
 public:
  explicit reader(const rapidjson::Value& object) : object_{object} {}

  std::string text(const char* name) {
    const auto* value = member(name, [](const auto& one) { return one.IsString(); });
    return value ? std::string{value->GetString(), value->GetStringLength()} : std::string{};
  }
  std::uint64_t number(const char* name) {
    const auto* value = member(name, [](const auto& one) { return one.IsUint64(); });
    return value ? value->GetUint64() : 0;
  }
  /// A number that earlier versions didn't write.
  std::uint64_t later_number(const char* name, std::uint64_t otherwise) {
    const bool is_there = object_.IsObject() && object_.HasMember(name);
    return is_there ? number(name) : otherwise;
  }
  bool yes(const char* name) {
    const auto* value = member(name, [](const auto& one) { return one.IsBool(); });
    return value && value->GetBool();
  }
  const rapidjson::Value* array(const char* name) {
    return member(name, [](const auto& one) { return one.IsArray(); });
  }
  sequence_set set(const char* name) {
    sequence_set all;
    const auto* value = array(name);
    if (!value) return all;
    if (value->Size() % 2 != 0) fail(name);
    std::uint64_t last = 0;
    for (rapidjson::SizeType i = 0; good() && i < value->Size(); i += 2) {
      const auto& begin = (*value)[i];
      const auto& end = (*value)[i + 1];
      const bool is_next = begin.IsUint64() && end.IsUint64() &&
                           (i == 0 || begin.GetUint64() > last) &&
                           end.GetUint64() > begin.GetUint64();
      if (!is_next) {
        fail(name);
        break;
      }
      last = end.GetUint64();
      all.add(begin.GetUint64(), last);
    }
    return all;
  }
  void fail(const char* name) {
    if (good()) wrong_ = name;
  }
  bool good() const { return wrong_.empty(); }
  const std::string& wrong() const { return wrong_; }

 private:
  template <typename Test>
  const rapidjson::Value* member(const char* name, Test test) {
    if (!object_.IsObject()) {
      fail(name);
      return nullptr;
    }
    const auto found = object_.FindMember(name);
    if (found != object_.MemberEnd() && test(found->value)) return &found->value;
    fail(name);
    return nullptr;
  }

  const rapidjson::Value& object_;
  std::string wrong_;
};

void read_command(reader& in, checkpoint_record& record) {
  const auto* array = in.array("command");
  if (!array || array->Size() > checkpoint_record::entries_max) return in.fail("command");
  for (const auto& entry : array->GetArray()) {
    const bool is_pair =
        entry.IsArray() && entry.Size() == 2 && entry[0].IsString() && entry[1].IsString();
    if (!is_pair) return in.fail("command");
    record.command.emplace_back(std::string{entry[0].GetString(), entry[0].GetStringLength()},
                                std::string{entry[1].GetString(), entry[1].GetStringLength()});
  }
}

void read_outputs(reader& in, checkpoint_record& record) {
  const auto* array = in.array("outputs");
  if (!array || array->Size() > checkpoint_record::entries_max) return in.fail("outputs");
  for (const auto& entry : array->GetArray()) {
    reader one{entry};
    record.outputs.push_back({one.text("path"), one.number("bytes")});
    if (!one.good()) return in.fail("outputs");
  }
}

}  // namespace

std::string render_checkpoint(const checkpoint_record& record) {
  rapidjson::StringBuffer buffer;
  json_writer out{buffer};
  out.StartObject();
  out.Key(magic);
  out.Uint(version);
  out.Key("finished");
  out.Bool(record.finished);
  out.Key("reported");
  out.Uint64(record.reported);
  out.Key("not_up");
  out.Uint64(record.not_up);
  out.Key("alarming");
  out.Uint64(record.alarming);
  write_set(out, "done", record.done);
  write_set(out, "up_targets", record.up_targets);
  out.Key("outputs");
  out.StartArray();
  for (const auto& one : record.outputs) {
    out.StartObject();
    out.Key("path");
    write_text(out, one.path);
    out.Key("bytes");
    out.Uint64(one.bytes);
    out.EndObject();
  }
  out.EndArray();
  out.Key("command");
  out.StartArray();
  for (const auto& [name, value] : record.command) {
    out.StartArray();
    write_text(out, name);
    write_text(out, value);
    out.EndArray();
  }
  out.EndArray();
  out.EndObject();
  return std::string{buffer.GetString(), buffer.GetSize()} + '\n';
}

parsed<checkpoint_record> parse_checkpoint(std::string_view text) {
  if (text.size() > checkpoint_record::text_bytes_max) return parse_error{"it is too large"};
  rapidjson::Document document;
  // Without recursion, so that no depth of nesting reaches the end of the stack.
  document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
  if (document.HasParseError() || !document.IsObject()) {
    return parse_error{"it is no checkpoint of muster, or was cut short"};
  }
  reader in{document};
  const std::uint64_t found = in.number(magic);
  if (!in.good()) return parse_error{"it is no checkpoint of muster"};
  if (found != version) {
    return parse_error{
        fmt::format("it is of version {}, and this muster writes {}", found, version)};
  }
  checkpoint_record record;
  record.finished = in.yes("finished");
  record.not_up = in.number("not_up");
  record.alarming = in.later_number("alarming", 0);
  record.done = in.set("done");
  record.reported = in.later_number("reported", record.done.size());
  record.up_targets = in.set("up_targets");
  read_outputs(in, record);
  read_command(in, record);
  if (!in.good()) return parse_error{"its part '" + in.wrong() + "' is damaged"};
  return record;
}

std::string command_difference(const checkpoint_record& then, const checkpoint_record& now) {
  const std::size_t common = std::min(then.command.size(), now.command.size());
  const auto shown = [](const std::pair<std::string, std::string>& one) {
    return one.second.empty() ? one.first : fmt::format("{} {}", one.first, excerpt(one.second));
  };
  for (std::size_t i = 0; i < common; ++i) {
    if (then.command[i] == now.command[i]) continue;
    return fmt::format("it has {} where this one has {}", shown(then.command[i]),
                       shown(now.command[i]));
  }
  if (then.command.size() > common) return "it has " + shown(then.command[common]) + ", too";
  if (now.command.size() > common) return "this one has " + shown(now.command[common]) + ", too";
  return {};
}

}  // namespace muster
