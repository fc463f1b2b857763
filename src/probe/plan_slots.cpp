// Strategy: a plan of one stage, as most are, is its specs one after the other, and needs no table.
// In a plan of several, each probe of each stage is a slot, and those that wait for the same probe
// stand side by side, so that a range of numbers says what follows from a result.
#include "probe/plan_slots.hpp"

#include "probe/kind.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <utility>

namespace muster {
namespace {

probe_kind kind_asked_by(const target& subject) {
  const target_parameters* own = subject.parameters();
  if (own && own->probe) return *own->probe;
  if (subject.form() == target_form::url || (own && !own->path.empty())) {
    return implied_kind(asked_by::url);
  }
  const bool has_port = subject.form() == target_form::host_port;
  return implied_kind(has_port ? asked_by::port : asked_by::host);
}

bool names_probe(const target& subject) {
  return subject.parameters() && subject.parameters()->probe;
}

/// In a stage that none which looks for open ports stands before.
void refuse_without_ports(const probe_spec& spec, std::uint32_t index) {
  if (!spec.needs_open_ports(index)) return;
  throw std::invalid_argument{"the open ports are to be asked, and nothing before looks for any"};
}

/// What a target asks for itself.
probe_request own_request(const probe_plan& plan, const target& subject) {
  probe_request request;
  request.subject = subject;
  request.spec = &plan.of(kind_asked_by(subject));
  return request;
}

}  // namespace

std::size_t probe_count(std::size_t plan_size, const target& subject) {
  return names_probe(subject) ? 1 : plan_size;
}

plan_slots::plan_slots(const probe_plan& plan, bool alive_first) : plan_{plan}, size_{plan.size()} {
  if (plan.then.empty() && !alive_first) {
    for (const probe_kind kind : all_probe_kinds) {
      for (std::uint32_t index = 0; index < plan.of(kind).size(); ++index)
        refuse_without_ports(plan.of(kind), index);
    }
    return;
  }
  if (alive_first && plan.size() < 2) {
    throw std::invalid_argument{"sweep_options: alive_first needs a plan of several probes"};
  }
  add_stage(plan);
  if (alive_first) split_first();
  for (const probe_plan& next : plan.then) {
    if (next.implied()) throw std::invalid_argument{"probe_plan: a later stage asks for nothing"};
    add_stage(next);
  }
  size_ = stages_.back().end;
}

void plan_slots::add_stage(const probe_plan& plan) {
  stage_slots made;
  made.plan = &plan;
  if (plan.implied()) {
    made.slots.push_back({.index = probe_spec::own});
  } else {
    const port_finders found_by = stages_.empty() ? port_finders{} : finders_in(stages_.back());
    for (const probe_kind kind : all_probe_kinds)
      add_slots(made, found_by, kind);
  }
  close_stage(std::move(made));
}

plan_slots::port_finders plan_slots::finders_in(const stage_slots& stage) {
  port_finders all;
  for (std::uint32_t i = 0; i < stage.slots.size(); ++i) {
    if (stage.slots[i].port != 0) all.try_emplace(stage.slots[i].port, stage.begin + i);
  }
  return all;
}

void plan_slots::add_slots(stage_slots& into, const port_finders& found_by, probe_kind kind) {
  const probe_spec& spec = into.plan->of(kind);
  const bool connects = description_of(kind).finds_open_ports();
  for (std::uint32_t index = 0; index < spec.size(); ++index) {
    if (spec.takes_open_ports(index) && !found_by.empty()) {
      for (const auto& [port, source] : found_by) {
        into.slots.push_back(
            {.source = source, .index = index, .kind = kind, .port = port, .port_is_new = true});
      }
      continue;
    }
    refuse_without_ports(spec, index);
    slot own{.index = index, .kind = kind};
    if (connects) own.port = spec.port({}, index);
    if (const auto finder = found_by.find(own.port); finder != found_by.end()) {
      own.source = finder->second;
    }
    into.slots.push_back(own);
  }
}

void plan_slots::close_stage(stage_slots&& made) {
  const auto waits_for_port = [](const slot& one) { return one.source != no_source; };
  // Without a source, plus 1 is 0: those come first.
  std::ranges::stable_sort(made.slots, {}, [](const slot& one) { return one.source + 1; });
  made.begin = stages_.empty() ? 0 : stages_.back().end;
  made.end = made.begin + static_cast<std::uint32_t>(made.slots.size());
  const auto first = std::ranges::find_if(made.slots, waits_for_port);
  made.at_host_end = made.begin + static_cast<std::uint32_t>(first - made.slots.begin());
  stages_.push_back(std::move(made));
}

/// Makes the first probe of the only stage one by itself.
void plan_slots::split_first() {
  stage_slots rest = std::move(stages_.front());
  stages_.clear();
  stage_slots first;
  first.plan = rest.plan;
  first.slots.push_back(rest.slots.front());
  rest.slots.erase(rest.slots.begin());
  close_stage(std::move(first));
  close_stage(std::move(rest));
}

std::size_t plan_slots::stage_of(std::uint32_t number) const {
  const auto after = std::ranges::upper_bound(stages_, number, {}, &stage_slots::begin);
  return static_cast<std::size_t>(after - stages_.begin()) - 1;
}

plan_slots::range plan_slots::at_port(std::uint32_t number) const {
  const std::size_t next = stage_of(number) + 1;
  if (next == stages_.size()) return {};
  const stage_slots& after = stages_[next];
  const std::span waiting = std::span{after.slots}.subspan(after.at_host_end - after.begin);
  const auto first = std::ranges::lower_bound(waiting, number, {}, &slot::source);
  const auto last = std::ranges::upper_bound(waiting, number, {}, &slot::source);
  const auto numbered = [&](auto place) {
    return after.at_host_end + static_cast<std::uint32_t>(place - waiting.begin());
  };
  return {numbered(first), numbered(last)};
}

probe_request plan_slots::request(const target& subject, std::size_t number) const {
  if (names_probe(subject)) return own_request(plan_, subject);
  if (!is_staged()) {
    if (plan_.implied()) return own_request(plan_, subject);
    probe_request request;
    request.subject = subject;
    for (const probe_kind kind : all_probe_kinds) {
      request.spec = &plan_.of(kind);
      if (number < request.spec->size()) break;
      number -= request.spec->size();
    }
    request.index = static_cast<std::uint32_t>(number);
    return request;
  }
  const stage_slots& stage = stages_[stage_of(static_cast<std::uint32_t>(number))];
  const slot& asked = stage.slots[number - stage.begin];
  if (asked.index == probe_spec::own) return own_request(*stage.plan, subject);
  probe_request request;
  request.subject = subject;
  request.spec = &stage.plan->of(asked.kind);
  request.index = asked.index;
  if (asked.port_is_new) request.open_port = asked.port;
  return request;
}

}  // namespace muster
