#include "engine/analysis/boundaries/pass.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/analysis/boundaries/continuing.hpp"
#include "engine/analysis/boundaries/futility.hpp"
#include "engine/analysis/boundaries/root.hpp"
#include "engine/analysis/boundaries/spending.hpp"
#include "engine/numeric/elementary.hpp"
#include "engine/numeric/errors.hpp"

namespace vcohort::boundaries {

namespace {

using Boundary = Looks::Efficacy::Boundary;

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-300;  // a probability that no bound can be found for
constexpr double furthest_z = 12;

/// Whether a list of looks, from 1, names this one; an empty list names all.
bool names(const std::vector<std::int64_t>& looks, std::size_t look) {
  return looks.empty() || std::find(looks.begin(), looks.end(), static_cast<std::int64_t>(look) + 1) != looks.end();
}

/// The z with this probability at or above it. What cannot be found, as fewer trials have come so far, is 0: it does
/// not matter, as no bound for futility lies below it.
double upper_bound(const Continuing& trials, double t, double probability) {
  constexpr double room = 1e-3;
  if (probability <= nothing) return infinity;
  if (trials.probability() <= probability) return 0;
  const auto excess = [&](double z) { return trials.above(t, z) / probability - 1; };
  return root_between(excess, -furthest_z, room - normal_quantile(probability));
}

/// The z with this probability below it, under a drift; `otherwise` where fewer trials have come.
double lower_bound(const Continuing& trials, double t, double drift, double probability, double otherwise) {
  constexpr double room = 1e-3;
  if (probability <= nothing) return -infinity;
  if (trials.probability() <= probability) return otherwise;
  const auto excess = [&](double z) { return trials.below(t, z) / probability - 1; };
  const double mean = drift * std::sqrt(t);
  return root_between(excess, mean + normal_quantile(probability) - room, mean + furthest_z);
}

class Pass {
 public:
  Pass(const Design& design, const Schedule& schedule, const Assumed& assumed)
      : design_(design), schedule_(schedule), assumed_(assumed), null_(0), under_(assumed.drift) {}

  Bounds bounds() {
    Bounds made;
    made.information = schedule_.information;
    made.two_sided = design_.two_sided;
    made.binding = assumed_.futility && assumed_.futility->binding;
    for (std::size_t k = 0; k < schedule_.information.size(); ++k) look(k, made);
    return made;
  }

 private:
  bool is_last(std::size_t k) const { return k + 1 == schedule_.information.size(); }

  void look(std::size_t k, Bounds& made) {
    const double t = schedule_.information[k];
    const double upper = efficacy(k, t);
    alpha_ += null_.above(t, upper);
    made.efficacy.push_back(upper);
    made.alpha_spent.push_back(alpha_);
    const double lower = is_last(k) ? upper : std::min(futility(k, t, upper), upper);
    made.futility.push_back(lower);
    if (is_last(k)) return;
    const double mirrored = design_.two_sided ? -upper : -infinity;
    const double next = schedule_.information[k + 1];
    null_.keep(t, made.binding ? std::max(lower, mirrored) : mirrored, upper, next);
    if (!spends_beta()) return;
    beta_ += under_.below(t, std::max(lower, mirrored));
    under_.keep(t, std::max(lower, mirrored), upper, next);
  }

  double efficacy(std::size_t k, double t) {
    const Looks::Efficacy& rule = design_.looks.efficacy;
    if (!names(rule.looks, schedule_.planned[k])) return infinity;
    if (rule.spending.kind) {
      const double due = to_spend(k, t);
      const bool nothing_new = due <= due_before_;  // and not the rounding of what was spent
      due_before_ = due;
      return nothing_new ? infinity : upper_bound(null_, t, due - alpha_);
    }
    switch (rule.boundary.value()) {
      case Boundary::obrien_fleming:
        return assumed_.constant / std::sqrt(t);
      case Boundary::pocock:
        return assumed_.constant;
      case Boundary::wang_tsiatis:
        return assumed_.constant * pow_of(t, rule.delta - 0.5);
      case Boundary::haybittle_peto:
        return is_last(k) ? upper_bound(null_, t, left()) : rule.z;
    }
    throw InternalError("a boundary is unknown");
  }

  /// Cumulative.
  double to_spend(std::size_t k, double t) const {
    if (is_last(k) && schedule_.rest) return design_.level;
    return spent(design_.looks.efficacy.spending, design_.looks.information, design_.level, t);
  }

  double left() const {
    if (alpha_ < design_.level) return design_.level - alpha_;
    throw InvalidInput(explain("no level is left for the last look", "the bounds before it spend more than there is",
                               "choose a larger z, or fewer looks"));
  }

  bool spends_beta() const { return assumed_.futility && assumed_.futility->spending.kind; }

  double futility(std::size_t k, double t, double upper) const {
    const Looks::Futility* rule = assumed_.futility;
    if (!rule) return -infinity;
    if (!rule->spending.kind)
      return futility_bound(*rule, {.planned = schedule_.planned[k],
                                    .information = t,
                                    .end = schedule_.information.back(),
                                    .critical = assumed_.critical,
                                    .drift = assumed_.drift});
    if (!names(rule->looks, schedule_.planned[k])) return -infinity;
    const double beta = spent(rule->spending, design_.looks.information, 1 - design_.looks.power, t);
    return lower_bound(under_, t, assumed_.drift, beta - beta_, upper);
  }

  const Design& design_;
  const Schedule& schedule_;
  const Assumed& assumed_;
  Continuing null_, under_;  // without effect, and under the drift that beta is spent under
  double alpha_ = 0, beta_ = 0;
  double due_before_ = 0;  // of alpha, at the last look that might spend it
};

}  // namespace

bool has_constant(const Looks::Efficacy& rule) {
  return rule.boundary && rule.boundary != Boundary::haybittle_peto;
}

Bounds pass(const Design& design, const Schedule& schedule, const Assumed& assumed) {
  return Pass(design, schedule, assumed).bounds();
}

}  // namespace vcohort::boundaries
