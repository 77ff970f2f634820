#pragma once

#include <xgrad/base/shape.hpp>

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>

namespace xgrad {
/// One number computed by forward and by reverse mode.
struct mode_comparison
{
    double forward = 0;
    double reverse = 0;
    double relative_error = 0; // to the sum of the magnitudes of what is added up, or 1
    std::string obstacle;      // why forward mode could not be asked; empty where it could

    bool made() const noexcept { return obstacle.empty(); }
};

/// What check_gradient found. `worst_relative_error` is the largest difference between reverse mode
/// and central differences of Σ f, relative to the larger of the gradient's largest element and 1.
struct gradient_report
{
    double worst_relative_error = 0;
    std::size_t argument = 0; // which argument of f
    std::size_t element = 0;  // which of its elements, in row-major order
    shape_type index;         // the same by its index along each axis
    double reverse = 0;       // the derivative there by reverse mode
    double difference = 0;    // and by central differences
    double tolerance = 0;

    /// The power of h with which |φ(x + h d) − φ(x) − h ⟨∇φ, d⟩| falls, for φ = ⟨w, f⟩ and fixed
    /// d and w: 2 for a right gradient, 1 for a wrong one. Nothing where that remainder is at the
    /// level of rounding, as for a linear f.
    std::optional<double> taylor_order;

    mode_comparison tangent; // Σ Jv by forward mode, ⟨∇ Σ f, v⟩ by reverse mode
    mode_comparison adjoint; // ⟨Jv, w⟩ by forward mode, ⟨v, Jᵀw⟩ by reverse mode

    std::string failure; // what f, or its reverse mode, threw

    static constexpr double least_taylor_order = 1.5;

    bool ok() const noexcept
    {
        return failure.empty() && worst_relative_error <= tolerance &&
            !(taylor_order && !(*taylor_order >= least_taylor_order)) && agrees(tangent) &&
            agrees(adjoint);
    }

    explicit operator bool() const noexcept { return ok(); }

    bool agrees(mode_comparison const& c) const noexcept
    {
        return !c.made() || c.relative_error <= tolerance;
    }
};

namespace detail {
inline void print(
    std::ostream& out,
    std::string_view what,
    std::string_view forward,
    std::string_view reverse,
    mode_comparison const& c,
    bool agrees)
{
    out << "\n  " << what << ": ";
    if (!c.made()) {
        out << "not compared, as forward mode failed: " << c.obstacle;
        return;
    }
    out << (agrees ? "" : "WRONG, ") << forward << " = " << c.forward << ", " << reverse << " = "
        << c.reverse << ", " << c.relative_error << " relative";
}
} // namespace detail

inline std::ostream& operator<<(std::ostream& out, gradient_report const& r)
{
    out << (r.ok() ? "gradient agrees" : "gradient differs") << " (relative errors up to "
        << r.tolerance << " are allowed)";
    if (!r.failure.empty()) {
        return out << "\n  the function, or its reverse mode, failed: " << r.failure;
    }
    out << "\n  central differences: " << (r.worst_relative_error <= r.tolerance ? "" : "WRONG, ")
        << "at worst " << r.worst_relative_error << " relative, in argument " << r.argument
        << " at index " << to_string(r.index) << " (element " << r.element << "): " << r.reverse
        << " by reverse mode, " << r.difference << " by differences";
    out << "\n  Taylor remainder: ";
    if (!r.taylor_order) {
        out << "at the level of rounding, as of a linear function";
    } else {
        out << (*r.taylor_order >= r.least_taylor_order ? "" : "WRONG, ") << "falls with the power "
            << *r.taylor_order << " of the step (2 for a right gradient, 1 for a wrong one)";
    }
    detail::print(out, "forward mode", "Σ Jv", "<∇Σf, v>", r.tangent, r.agrees(r.tangent));
    detail::print(out, "adjoint identity", "<Jv, w>", "<v, Jᵀw>", r.adjoint, r.agrees(r.adjoint));
    return out;
}
} // namespace xgrad
