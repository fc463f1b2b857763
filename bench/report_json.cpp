// The report as JSON, written and read: one function visits the fields for both, so that what one
// writes the other reads.
#include "report.hpp"
#include "support/loopback.hpp"

#include <stdexcept>
#include <type_traits>

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

namespace muster::bench {
namespace {

constexpr const char* verdict_words[] = {"good", "disqualified", "failed", "absent"};

template <class Visitor>
void fields(Visitor& visit, spread& of) {
  visit("median", of.median);
  visit("min", of.min);
  visit("max", of.max);
}

template <class Visitor>
void fields(Visitor& visit, row& of) {
  visit("contender", of.contender);
  visit("command", of.command);
  visit("outcome", of.outcome);
  visit("why", of.why);
  visit("probes", of.probes);
  visit("scaled", of.scaled);
  visit("runs", of.runs);
  visit("wrong", of.wrong);
  visit("lost", of.lost);
  visit("statuses", of.statuses);
  visit("wall_s", of.wall_s);
  visit("user_s", of.user_s);
  visit("system_s", of.system_s);
  visit("cpu_s", of.cpu_s);
  visit("memory_kib", of.memory_kib);
  visit("threads", of.threads);
  visit("processes", of.processes);
  visit("context_switches", of.switches);
  visit("first_result_s", of.first_s);
  visit("probes_per_s", of.rate);
  visit("of_limit", of.of_limit);
}

template <class Visitor>
void fields(Visitor& visit, scenario_report& of) {
  visit("name", of.name);
  visit("title", of.title);
  visit("probes", of.probes);
  visit("rows", of.rows);
}

template <class Visitor>
void fields(Visitor& visit, growth_point& of) {
  visit("x", of.x);
  visit("cpu_us_per_probe", of.cpu_us_per_probe);
  visit("wall_s", of.wall_s);
  visit("memory_kib", of.memory_kib);
  visit("why_not", of.why_not);
}

template <class Visitor>
void fields(Visitor& visit, growth_line& of) {
  visit("contender", of.contender);
  visit("points", of.points);
}

template <class Visitor>
void fields(Visitor& visit, growth_report& of) {
  visit("name", of.name);
  visit("title", of.title);
  visit("x_title", of.x_title);
  visit("lines", of.lines);
}

template <class Visitor>
void fields(Visitor& visit, figure& of) {
  visit("what", of.what);
  visit("asked", of.asked);
  visit("measured", of.measured);
  visit("met", of.met);
}

template <class Visitor>
void fields(Visitor& visit, machine_report& of) {
  visit("time", of.time);
  visit("kernel", of.kernel);
  visit("processor", of.processor);
  visit("cores", of.cores);
  visit("memory", of.memory);
  visit("versions", of.versions);
}

template <class Visitor>
void fields(Visitor& visit, report& of) {
  visit("machine", of.machine);
  visit("scenarios", of.scenarios);
  visit("growth", of.growth);
  visit("figures", of.figures);
}

class writer {
 public:
  template <class Value>
  void operator()(const char* name, Value& value) {
    json_.Key(name);
    put(value);
  }
  template <class Record>
  void put(Record& record) {
    json_.StartObject();
    fields(*this, record);
    json_.EndObject();
  }
  void put(std::string& text) {
    json_.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  }
  void put(double& number) { json_.Double(number); }
  void put(bool& value) { json_.Bool(value); }
  void put(unsigned& number) { json_.Uint(number); }
  void put(std::uint64_t& number) { json_.Uint64(number); }
  void put(verdict& of) { json_.String(verdict_words[static_cast<int>(of)]); }
  void put(std::optional<spread>& value) {
    if (value) {
      put(*value);
    } else {
      json_.Null();
    }
  }
  template <class Value>
  void put(std::vector<Value>& values) {
    json_.StartArray();
    for (auto& value : values)
      put(value);
    json_.EndArray();
  }
  std::string text() const { return std::string{buffer_.GetString()} + "\n"; }

 private:
  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> json_{buffer_};
};

class reader {
 public:
  explicit reader(const rapidjson::Value& object) : object_{object} {
    if (!object.IsObject()) wrong("an object");
  }
  template <class Value>
  void operator()(const char* name, Value& value) {
    const auto found = object_.FindMember(name);
    if (found == object_.MemberEnd()) wrong(name);
    get(found->value, value);
  }

 private:
  [[noreturn]] static void wrong(const char* what) {
    throw std::runtime_error{fmt::format("not a report of this version: {} is missing", what)};
  }
  template <class Record>
  static void get(const rapidjson::Value& json, Record& record) {
    reader inner{json};
    fields(inner, record);
  }
  static void get(const rapidjson::Value& json, std::string& text) {
    if (!json.IsString()) wrong("a string");
    text.assign(json.GetString(), json.GetStringLength());
  }
  static void get(const rapidjson::Value& json, double& number) {
    if (!json.IsNumber()) wrong("a number");
    number = json.GetDouble();
  }
  static void get(const rapidjson::Value& json, bool& value) {
    if (!json.IsBool()) wrong("true or false");
    value = json.GetBool();
  }
  static void get(const rapidjson::Value& json, unsigned& number) {
    if (!json.IsUint()) wrong("a count");
    number = json.GetUint();
  }
  static void get(const rapidjson::Value& json, std::uint64_t& number) {
    if (!json.IsUint64()) wrong("a count");
    number = json.GetUint64();
  }
  static void get(const rapidjson::Value& json, verdict& of) {
    std::string word;
    get(json, word);
    for (int i = 0; i < 4; ++i) {
      if (word == verdict_words[i]) of = static_cast<verdict>(i);
    }
  }
  static void get(const rapidjson::Value& json, std::optional<spread>& value) {
    if (json.IsNull()) return;
    value.emplace();
    get(json, *value);
  }
  template <class Value>
  static void get(const rapidjson::Value& json, std::vector<Value>& values) {
    if (!json.IsArray()) wrong("a list");
    for (const auto& one : json.GetArray())
      get(one, values.emplace_back());
  }

  const rapidjson::Value& object_;
};

}  // namespace

std::string json_of(const report& all) {
  report copy = all;  // Reader and writer share their visits, so neither takes a const one.
  writer out;
  out.put(copy);
  return out.text();
}

void add_json(report& all, const std::string& file) {
  rapidjson::Document json;
  const auto text = test::read_whole_file(file);
  json.Parse<rapidjson::kParseFullPrecisionFlag>(text.c_str());
  if (json.HasParseError()) {
    throw std::runtime_error{
        fmt::format("{}: {}", file, rapidjson::GetParseError_En(json.GetParseError()))};
  }
  report more;
  reader in{json};
  fields(in, more);
  all.machine = more.machine;
  const auto append = [](auto& to, auto& from) { to.insert(to.end(), from.begin(), from.end()); };
  append(all.scenarios, more.scenarios);
  append(all.growth, more.growth);
  append(all.figures, more.figures);
}

}  // namespace muster::bench
