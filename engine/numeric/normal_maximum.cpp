#include "engine/numeric/normal_maximum.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include "engine/numeric/elementary.hpp"

namespace vcohort {
namespace {

using Vector = std::array<double, 3>;

constexpr double two_pi = 0x1.921fb54442d18p+2;
constexpr double infinity = std::numeric_limits<double>::infinity();

double dot(const Vector& a, const Vector& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Vector cross(const Vector& a, const Vector& b) {
  return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double asinh_of(double x) {
  const double size = std::fabs(x);
  return std::copysign(log_of(size + std::sqrt(1 + size * size)), x);
}

/// What lies on the inner side of normal'x <= distance.
struct HalfSpace {
  Vector normal{};
  double distance = 0;
};

/// The line in which the plane of a face meets that of another half-space: the points of the face are at y'across <=
/// distance, y from the point that is nearest to the origin.
struct Line {
  Vector across{}, along{};
  double distance = 0;
};

/// At most seven other half-spaces.
struct Face {
  std::array<Line, 2 * most_correlated - 1> lines;
  int count = 0;
  bool empty = false;
};

/// Gauss and Legendre's rule with 12 points on [-1, 1]: the positive half.
constexpr std::array<double, 6> points = {0.1252334085114689154724, 0.3678314989981801937527, 0.5873179542866174472967,
                                          0.7699026741943046870369, 0.9041172563704748566785, 0.9815606342467192506906};
constexpr std::array<double, 6> weights = {0.2491470458134027850006, 0.2334925365383548087608,
                                           0.2031674267230659217491, 0.1600783285433462263347,
                                           0.1069393259953184309603, 0.0471753363865118271946};

/// Of a face at distance d from the origin: the integral of cos(theta) Q(d / cos(theta)) / (2 pi) over the directions
/// of a piece of one of its lines, h = `line` away from the point of the face that is nearest to the origin, the piece
/// from `from` to `to` along it. Negative on the far side of that point. With s = h sinh(v) along the line, the
/// direction turns by dv / cosh(v), which is as smooth for lines that nearly meet the point as for those far away.
double over_edge(double d, double line, double from, double to) {
  constexpr double nearest = 1e-12, reach = 7, widest = 2.5;
  const double h = std::max(std::fabs(line), nearest);
  from = std::max(from, -reach);
  to = std::min(to, reach);
  const double first = asinh_of(from / h), last = asinh_of(to / h);
  if (!(first < last)) return 0;
  const int panels = static_cast<int>(std::ceil((last - first) / widest));
  const double half = (last - first) / (2 * panels), squares = d * d + h * h;
  const auto value = [&](double v) {
    const double growing = exp_of(v), falling = 1 / growing;
    const double s = h * (growing - falling) / 2, radius = std::sqrt(squares + s * s);
    return normal_cdf(-radius) / (radius * (growing + falling));
  };
  double sum = 0;
  for (int panel = 0; panel < panels; ++panel) {
    const double middle = first + (2 * panel + 1) * half;
    for (std::size_t k = 0; k < points.size(); ++k)
      sum += weights[k] * (value(middle - half * points[k]) + value(middle + half * points[k]));
  }
  return std::copysign(2 * d * half / two_pi, line * d) * sum;
}

/// The lines of the face `of`. Half-spaces that look the same way leave the nearer one, the first of equals, and those
/// that look the opposite way have no line in common.
Face face_of(std::span<const HalfSpace> all, std::size_t of) {
  constexpr double same_way = 1e-12;
  Face face;
  const HalfSpace& here = all[of];
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (k == of) continue;
    const HalfSpace& other = all[k];
    const double cosine = dot(here.normal, other.normal), square = (1 - cosine) * (1 + cosine);
    if (square < same_way) {
      const bool covered = cosine > 0 ? other.distance < here.distance || (other.distance == here.distance && k < of)
                                      : other.distance < -here.distance;
      face.empty |= covered;
      continue;
    }
    const double sine = std::sqrt(square);
    Line& line = face.lines[static_cast<std::size_t>(face.count++)];
    for (std::size_t i = 0; i < 3; ++i) line.across[i] = (other.normal[i] - cosine * here.normal[i]) / sine;
    line.along = cross(here.normal, line.across);
    line.distance = (other.distance - cosine * here.distance) / sine;
  }
  return face;
}

/// What the face adds to the probability of lying outside of all half-spaces.
double over_face(std::span<const HalfSpace> all, std::size_t of) {
  constexpr double parallel = 1e-13;
  const Face face = face_of(all, of);
  if (face.empty) return 0;
  const double d = all[of].distance;
  const std::span lines(face.lines.data(), static_cast<std::size_t>(face.count));
  const bool nearest_point = std::all_of(lines.begin(), lines.end(), [](const Line& l) { return l.distance >= 0; });
  double sum = nearest_point ? std::copysign(normal_cdf(-std::fabs(d)), d) : 0.0;
  for (const Line& line : lines) {
    double from = -infinity, to = infinity;
    for (const Line& other : lines) {
      if (&other == &line) continue;
      const double slope = dot(line.along, other.across), cosine = dot(line.across, other.across);
      const double room = other.distance - line.distance * cosine;
      if (std::fabs(slope) < parallel) {
        if (room < 0 || (room == 0 && cosine > 0 && &other < &line)) to = -infinity;
      } else if (slope > 0) {
        to = std::min(to, room / slope);
      } else {
        from = std::max(from, room / slope);
      }
    }
    sum -= over_edge(d, line.distance, from, to);
  }
  return sum;
}

/// Unit vectors whose products are the correlations: Cholesky's factor with pivots. `fourth` is what the last of them
/// has in a fourth dimension, in which the others lie at 0.
struct Vectors {
  std::array<Vector, most_correlated> unit{};
  double fourth = 0;
};

Vectors vectors_of(const Correlations& correlation, int size) {
  constexpr double rounding = 1e-12;
  const auto n = static_cast<std::size_t>(size);
  std::array<std::size_t, most_correlated> order = {0, 1, 2, 3};
  std::array<std::array<double, most_correlated>, most_correlated> factor{};
  std::array<double, most_correlated> left{};
  for (std::size_t k = 0; k < n; ++k) left[k] = correlation[k][k];
  for (std::size_t column = 0; column < n; ++column) {
    std::size_t pivot = column;
    for (std::size_t k = column + 1; k < n; ++k)
      if (left[order[k]] > left[order[pivot]]) pivot = k;
    std::swap(order[column], order[pivot]);
    if (left[order[column]] < rounding) break;
    const double root = std::sqrt(left[order[column]]);
    factor[order[column]][column] = root;
    for (std::size_t k = column + 1; k < n; ++k) {
      double rest = correlation[order[k]][order[column]];
      for (std::size_t j = 0; j < column; ++j) rest -= factor[order[k]][j] * factor[order[column]][j];
      factor[order[k]][column] = rest / root;
      left[order[k]] -= factor[order[k]][column] * factor[order[k]][column];
    }
  }
  // A fourth dimension belongs to the last of the order alone: it comes last in the result.
  Vectors vectors;
  for (std::size_t k = 0; k < n; ++k) {
    const auto& row = factor[order[k]];
    double squares = 0;
    for (const double x : row) squares += x * x;
    const double size_of_row = std::sqrt(squares);
    vectors.unit[k] = {row[0] / size_of_row, row[1] / size_of_row, row[2] / size_of_row};
    if (k == 3) vectors.fourth = row[3] / size_of_row;
  }
  return vectors;
}

/// P(outside of the half-spaces a_k'x <= c, and of their mirror images where `both`), given that the fourth dimension
/// is at w. Of mirror images it is only right on average over w and -w.
double chance_outside(const Vectors& vectors, std::size_t size, double c, bool both, double w) {
  std::array<HalfSpace, 2 * most_correlated> all;
  for (std::size_t k = 0; k < size; ++k) {
    const double fourth = k == 3 ? vectors.fourth : 0.0;
    const double length = std::sqrt((1 - fourth) * (1 + fourth));
    Vector normal = vectors.unit[k];
    if (fourth != 0)
      for (double& x : normal) x /= length;
    all[k] = {normal, (c - fourth * w) / length};
    if (both) all[size + k] = {{-normal[0], -normal[1], -normal[2]}, (c + fourth * w) / length};
  }
  const std::span spaces(all.data(), both ? 2 * size : size);
  const bool origin = std::all_of(spaces.begin(), spaces.end(), [](const HalfSpace& s) { return s.distance >= 0; });
  double sum = 0;
  for (std::size_t k = 0; k < size; ++k) sum += over_face(spaces, k);
  return (origin ? 0.0 : 1.0) + (both ? 2 * sum : sum);
}

struct Kinks {
  std::array<double, 16> at{};
  std::size_t count = 0;
};

/// Where a vertex of the first three half-spaces, or of their mirror images where `both`, lies in the plane of the last
/// one: there the probability given w has a jump in its third derivative. Ascending, symmetric about 0 where `both`.
Kinks kinks(const Vectors& vectors, double c, bool both) {
  Kinks found;
  for (unsigned signs = 0; signs < (both ? 8U : 1U); ++signs) {
    Vector vertex{};
    double of_last = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const Vector& row = vectors.unit[k];
      double rest = (signs >> k & 1U) != 0 ? -c : c;
      for (std::size_t j = 0; j < k; ++j) rest -= row[j] * vertex[j];
      vertex[k] = rest / row[k];
      of_last += vectors.unit[3][k] * vertex[k];
    }
    const double here = (c - of_last) / vectors.fourth;
    found.at[found.count++] = here;
    if (both) found.at[found.count++] = -here;
  }
  std::sort(found.at.begin(), found.at.begin() + static_cast<std::ptrdiff_t>(found.count));
  return found;
}

/// The mean of chance_outside() over a standard normal w, piece by piece between the kinks.
double mean_over_fourth(const Vectors& vectors, double c, bool both) {
  constexpr double reach = 8.5, widest = 6;
  const double length = std::sqrt((1 - vectors.fourth) * (1 + vectors.fourth));
  const double width = widest * std::min(1.0, length / vectors.fourth);
  double sum = 0, all = 0, from = -reach;
  const auto add = [&](double w, double weight) {
    const double density = weight * exp_of(-w * w / 2);
    sum += density * chance_outside(vectors, most_correlated, c, both, w);
    all += density;
  };
  const Kinks ends = kinks(vectors, c, both);
  for (std::size_t piece = 0; piece <= ends.count; ++piece) {
    const double end = piece == ends.count ? reach : std::clamp(ends.at[piece], from, reach);
    if (!(from < end)) continue;
    const double panels = std::ceil((end - from) / width), half = (end - from) / (2 * panels);
    for (int panel = 0; panel < static_cast<int>(panels); ++panel)
      for (std::size_t k = 0; k < points.size(); ++k)
        for (const double side : {-1.0, 1.0}) add(from + half * (2 * panel + 1 + side * points[k]), half * weights[k]);
    from = end;
  }
  return sum / all;
}

double chance_beyond(const Correlations& correlation, int size, double c, bool both) {
  constexpr double smallest = 1e-9;  // the planes of all faces through one point have no distances to tell apart
  constexpr double independent = 1 - 1e-12;
  if (std::fabs(c) < smallest) c = smallest;
  const Vectors vectors = vectors_of(correlation, size);
  if (vectors.fourth == 0)
    return std::clamp(chance_outside(vectors, static_cast<std::size_t>(size), c, both, 0), 0.0, 1.0);
  if (vectors.fourth > independent) {
    const double of_three = chance_outside(vectors, 3, c, both, 0), of_last = (both ? 2 : 1) * normal_cdf(-c);
    return std::clamp(of_three + of_last - of_three * of_last, 0.0, 1.0);
  }
  return std::clamp(mean_over_fourth(vectors, c, both), 0.0, 1.0);
}

}  // namespace

double chance_that_largest_exceeds(const Correlations& correlation, int size, double c) {
  return size == 1 ? normal_cdf(-c) : chance_beyond(correlation, size, c, false);
}

double chance_that_largest_size_exceeds(const Correlations& correlation, int size, double c) {
  if (c <= 0) return 1;
  return size == 1 ? 2 * normal_cdf(-c) : chance_beyond(correlation, size, c, true);
}

}  // namespace vcohort
