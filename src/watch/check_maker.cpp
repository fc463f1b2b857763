#include "watch/check_maker.hpp"

#include "muster/target_parameters.hpp"
#include "probe/plan_columns.hpp"
#include "probe/plan_slots.hpp"
#include "record/numbers.hpp"
#include "targets/target_parts.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>

#include <poll.h>

namespace muster {
namespace {

/// Gives targets a timeout that their rows don't have.
class timeout_giver {
 public:
  explicit timeout_giver(std::optional<std::chrono::nanoseconds> timeout) : timeout_{timeout} {
    if (!timeout) return;
    auto usual = std::make_shared<target_parameters>();
    usual->timeout = timeout;
    usual_ = std::move(usual);
  }

  target give(const target& subject) const {
    const target_parameters* const own = subject.parameters();
    if (!timeout_ || (own && own->timeout)) return subject;
    if (!own) return subject.with(usual_);
    auto more = std::make_shared<target_parameters>(*own);
    more->timeout = timeout_;
    return subject.with(std::move(more));
  }

 private:
  std::optional<std::chrono::nanoseconds> timeout_;
  std::shared_ptr<const target_parameters> usual_;  // of those without any of their own
};

/// The files that a path stands for: itself, or those in it, in the order of their names.
std::vector<std::string> files_at(const std::string& path) {
  namespace fs = std::filesystem;
  if (!fs::is_directory(path)) return {path};
  std::vector<std::string> found;
  for (const fs::directory_entry& one : fs::directory_iterator{path}) {
    if (one.is_regular_file() && !one.path().filename().string().starts_with('.')) {
      found.push_back(one.path().string());
    }
  }
  std::ranges::sort(found);
  return found;
}

/// Gives all targets of a stream to `use`, and waits for whoever writes a pipe.
template <class Use>
void each_target(target_stream& from, Use use) {
  using pull = target_stream::pull;
  target one;
  for (pull next; (next = from.next(one)) != pull::end;) {
    if (next == pull::target) {
      use(one);
      continue;
    }
    pollfd waits{from.awaited(), POLLIN, 0};
    ::poll(&waits, 1, -1);
  }
}

}  // namespace

std::string check_maker::name_for(const target& subject, const question& asked,
                                  const probe_spec& spec, std::uint32_t index,
                                  const check_group& group) {
  std::string name = text_of(subject);
  if (!asked.first.empty()) {
    name += ' ' + asked.first;
  } else if (subject.form() != target_form::url) {
    name.append(" ").append(to_string(spec.kind()));
  }
  if (index != probe_spec::own) {
    const option_values words = spec.asked();
    if (spec.size() > 1 && words.size() >= spec.size()) {
      name += ' ' + words[index].second;
    } else if (const std::uint16_t port = spec.port(subject, index); port != 0) {
      name += fmt::format("/{}", port);
    }
  }
  // Whoever names a target twice has it twice.
  std::string unique = name;
  for (int more = 2; !names_.insert(group.name + '\n' + unique).second; ++more)
    unique = fmt::format("{} #{}", name, more);
  return unique;
}

void check_maker::add(const target& subject, const std::vector<question>& asked,
                      const std::shared_ptr<const check_group>& group) {
  for (const question& one : asked) {
    const plan_slots slots{*one.second, false};
    const std::size_t count = probe_count(slots.size(), subject);
    if (checks_.size() + count > checks_max) {
      std::string most;
      append_grouped(most, checks_max);
      throw too_many_checks{
          fmt::format("these are more than {} checks, and one process watches no more", most)};
    }
    for (std::size_t i = 0; i < count; ++i) {
      const probe_request request = slots.request(subject, i);
      // It lives as long as its plan does.
      std::shared_ptr<const probe_spec> spec{one.second, request.spec};
      std::string name = name_for(subject, one, *spec, request.index, *group);
      checks_.push_back({.name = std::move(name),
                         .group = group,
                         .subject = subject,
                         .spec = std::move(spec),
                         .index = request.index});
    }
  }
}

std::vector<config_problem> check_maker::add(const watch_config& config,
                                             const target_stream_options& reading) {
  std::vector<config_problem> problems;
  for (const configured_checks& one : config.checks) {
    target_stream_options options = reading;
    for (const question& asked : one.probes)
      add_columns(*asked.second, options.kept_columns);
    options.on_bad_target = [&problems](const target_diagnostic& bad) {
      if (problems.size() >= config_file::problems_max) return;
      problems.push_back({.file = bad.source,
                          .line = bad.line,
                          .what = fmt::format("{}: {}", bad.text, bad.message)});
    };
    target_stream targets{std::move(options)};
    for (const std::string& text : one.targets)
      targets.add_text(text);
    for (const std::string& path : one.files) {
      try {
        for (const std::string& file : files_at(path))
          targets.add_file(file);
      } catch (const std::system_error& failure) {
        problems.push_back({.file = path, .what = failure.code().message()});
      }
    }
    const timeout_giver timeouts{one.timeout};
    each_target(targets,
                [&](const target& subject) { add(timeouts.give(subject), one.probes, one.group); });
  }
  return problems;
}

}  // namespace muster
