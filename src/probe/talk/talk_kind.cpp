#include "muster/printable.hpp"
#include "muster/probe/talk.hpp"
#include "probe/kind.hpp"
#include "probe/talk/talk_argument.hpp"
#include "probe/talk/talk_probe.hpp"
#include "probe/tls_fields.hpp"
#include "probe/tls_spec_options.hpp"
#include "record/words.hpp"

#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace muster {
namespace {

// The phases are called as those of HTTP are.
constexpr field connect{"connect_ms", 3};
constexpr field handshake{"tls_ms", 9};
constexpr field talk{"talk", 12};
constexpr field name{"talk.name", 12};
constexpr field banner{"talk.banner", 12};
constexpr field step{"talk.step", 12};
constexpr field step_text{"talk.step_text", 12};
constexpr field answer{"talk.answer", 12};

constexpr std::size_t shown_bytes_max = 60;

std::string read_dialogue(talk_spec& spec, const std::string& text) {
  auto dialogue = parse_talk(text);
  if (!dialogue) return dialogue.error().message;
  spec.dialogues.push_back(std::move(*dialogue));
  return {};
}

void show_members(const talk_details& details, field_visitor& visitor) {
  const auto text = [&visitor](const field& named, std::string_view value) {
    if (!value.empty()) visitor.text(named, value);
  };
  text(name, details.name);
  text(banner, details.banner);
  if (details.step > 0) visitor.integer(step, details.step);
  text(step_text, details.step_text);
  text(answer, details.answer);
}

class talk_runner final : public probe_runner {
 public:
  explicit talk_runner(prober& shared) : shared_{shared} {}
  void start(probe_request&& request) override {
    talk_probe(shared_.jobs(), shared_, std::move(request));
  }

 private:
  prober& shared_;
};

class talk_kind final : public kind_description {
 public:
  scarce_need need() const override { return scarce_need::descriptor; }
  bool finds_open_ports() const override { return true; }
  std::unique_ptr<probe_spec> make_spec() const override { return std::make_unique<talk_spec>(); }
  std::unique_ptr<probe_runner> make_runner(prober& shared, const probe_spec& spec) const override {
    shared.prepare_tls(static_cast<const talk_spec&>(spec).tls);
    return std::make_unique<talk_runner>(shared);
  }

  std::vector<spec_option> options() const override {
    std::vector<spec_option> all{
        {.names = "--talk",
         .form = "NAME[:PORT]|PORT=STEPS",
         .help = "Talk as ssh, smtp, imap, pop3, ftp, redis, mysql, postgres or\n"
                 "ldap do, also smtp+starttls or smtp+tls; or in steps of one's\n"
                 "own, as in 7='send hello; expect ^hello', or in those of a\n"
                 "file, 7=@FILE; repeatable",
         .read = reading<talk_spec>(read_dialogue),
         .asks = true,
         .repeats = true}};
    for (spec_option& one : tls_spec_options<talk_spec>())
      all.push_back(std::move(one));
    return all;
  }

  std::vector<const field*> fields() const override {
    std::vector<const field*> all{&connect, &handshake};
    all.insert(all.end(), tls_fields().begin(), tls_fields().end());
    all.insert(all.end(), {&name, &banner, &step, &step_text, &answer});
    return all;
  }
  void show(const probe_result& result, field_visitor& visitor) const override {
    const auto* const own = result.details.get<talk_details>();
    if (!own) return;
    if (own->connect.count() >= 0) visitor.milliseconds(connect, own->connect);
    if (own->handshake.count() >= 0) visitor.milliseconds(handshake, own->handshake);
    if (own->tls) show_tls(*own->tls, visitor);
    const bool has_any = !own->name.empty() || !own->banner.empty() || own->step > 0;
    if (!has_any) return;
    visitor.object(talk, [own](field_visitor& members) { show_members(*own, members); });
  }

  void append_details(std::string& out, const probe_result& result) const override {
    const auto* const own = result.details.get<talk_details>();
    if (!own) return;
    append_untrusted(out, own->name, shown_bytes_max);
    if (own->step > 0) {
      append_word(out, fmt::format("step {},", own->step));
      append_untrusted(out, own->step_text, shown_bytes_max);
      if (!own->answer.empty()) append_word(out, "got");
    }
    const std::string& said = own->answer.empty() ? own->banner : own->answer;
    append_quoted(out, said, shown_bytes_max);
    if (own->tls) append_tls(out, *own->tls, result.reason);
  }
};

constexpr talk_kind description;

}  // namespace

void talk_spec::add(std::string_view text) {
  if (const std::string wrong = read_dialogue(*this, std::string{text}); !wrong.empty()) {
    throw std::invalid_argument{wrong};
  }
}

std::uint16_t talk_spec::port(const target&, std::uint32_t index) const {
  return dialogues[index].port;
}

option_values talk_spec::asked() const {
  option_values all;
  for (const talk_dialogue& one : dialogues)
    all.emplace_back("--talk", talk_text(one));
  return all;
}

const kind_description& talk_description = description;

}  // namespace muster
