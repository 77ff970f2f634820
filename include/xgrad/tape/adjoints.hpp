#pragma once

#include <xgrad/engine/dense.hpp>
#include <xgrad/tape/adjoint_value.hpp>
#include <xgrad/tape/tape_record.hpp>

#include <cstring>
#include <utility>
#include <vector>

namespace xgrad {
/// The adjoints of a tape's variables while a sweep goes on.
class sweep_adjoints
{
public:
    /// Adds two adjoints as a statement that tapes record.
    using join = body_pointer (*)(body_pointer const&, body_pointer const&);

    sweep_adjoints() = default;
    sweep_adjoints(sweep_adjoints const&) = delete;
    sweep_adjoints& operator=(sweep_adjoints const&) = delete;

    ~sweep_adjoints()
    {
        for (auto* const block : blocks_) {
            free_block(block, few_bytes);
        }
    }

    /// Starts anew, for all variables of a recording. Where other tapes record the sweep,
    /// contributions meet by `recorded_join`.
    void start(tape_record const& r, join recorded_join = nullptr)
    {
        recording_ = &r;
        join_ = recorded_join;
        adjoint_.resize(r.variables().size());
    }

    /// Gives all bodies back; keeps its own memory.
    void clear() noexcept
    {
        adjoint_.clear();
        if (idle_.size() != blocks_.size()) {
            idle_ = blocks_; // there is room
        }
    }

    variable_table const& variables() const noexcept { return recording_->variables(); }

    /// Other tapes record the sweep.
    bool is_recorded() const noexcept { return join_ != nullptr; }

    adjoint_interest wanted(std::uint32_t variable) const noexcept
    {
        return adjoint_[variable].wanted;
    }

    bool wants(std::uint32_t variable) const noexcept
    {
        return adjoint_[variable].wanted != adjoint_interest::none;
    }

    void want(std::uint32_t variable, adjoint_interest what) noexcept
    {
        adjoint_[variable].wanted = what;
    }

    bool has(std::uint32_t variable) const noexcept
    {
        return static_cast<bool>(adjoint_[variable]);
    }

    /// One number for all elements.
    bool is_uniform(std::uint32_t variable) const noexcept { return adjoint_[variable].is_uniform; }

    /// That number, or the first element.
    template <class T>
    T number_of(std::uint32_t variable) const noexcept
    {
        auto const& a = adjoint_[variable];
        return a.is_uniform ? static_cast<T>(a.number)
                            : *static_cast<T const*>(elements_of(variable));
    }

    /// The elements of an adjoint that is an array, dense where a sweep has made it.
    void const* elements_of(std::uint32_t variable) const noexcept
    {
        auto const& a = adjoint_[variable];
        return a.elements != nullptr ? a.elements : a.body->data;
    }

    /// The adjoint as an array.
    body_pointer const& body_of(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        if (a.is_few()) {
            auto body = make_body_for(variable);
            std::memcpy(body->data, a.elements, body->size * bytes_of(body->type));
            idle_.push_back(a.elements);
            a.body = std::move(body);
        } else if (a.is_uniform) {
            a.body = filled_body(
                recording_->variables()[variable].type, recording_->shape_of(variable), a.number);
            a.is_uniform = false;
            a.number = 0;
        } else if (a.is_scaled) {
            auto body = make_body_for(variable);
            multiply(*body, a);
            a.body = std::move(body);
        }
        a.elements = nullptr; // who reads the body may keep it
        return a.body;
    }

    /// The adjoint in another shape of the same size. Where all its elements are one number, that
    /// is a single element with strides of 0, and no array.
    body_pointer reshaped_body_of(std::uint32_t variable, shape_type const& shape)
    {
        auto const& a = adjoint_[variable];
        if (!a.is_uniform) {
            auto body = dense(body_of(variable));
            return same_shape(body->shape, shape) ? std::move(body) : reshaped(body, shape);
        }
        auto const one = filled_body(recording_->variables()[variable].type, {}, a.number);
        return make_view(one, shape, strides_type(shape.size(), 0), 0);
    }

    /// A dense body, owned by nobody else, to store into (first contribution) or to add to.
    tensor_body& writable(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        if (!a) {
            a.body = make_body_for(variable);
        } else if (!a.body || a.elements == nullptr) {
            body_of(variable);
            if (!a.body.exclusive() || !a.body->contiguous || !a.body->padded) {
                a.body = dense_copy(*a.body);
            }
        }
        a.elements = a.body->data;
        return *a.body;
    }

    /// The same, to add to in any case: zero where there has been no contribution yet.
    tensor_body& sum(std::uint32_t variable)
    {
        bool const fresh = !has(variable);
        auto& body = writable(variable);
        if (fresh) {
            std::memset(body.data, 0, body.size * bytes_of(body.type));
        }
        return body;
    }

    /// Where the adjoint of a few elements is stored or, should it `accumulate`, added to.
    void* few(std::uint32_t variable, bool& accumulate)
    {
        auto& a = adjoint_[variable];
        accumulate = static_cast<bool>(a);
        if (a.elements == nullptr) {
            if (accumulate || a.wanted == adjoint_interest::source) {
                writable(variable);
            } else {
                a.elements = new_few();
            }
        }
        return a.elements;
    }

    /// Adds a contribution, which may become the adjoint itself.
    void add(std::uint32_t variable, body_pointer contribution)
    {
        if (join_ != nullptr) {
            auto& sum = adjoint_[variable];
            sum.body = sum ? join_(body_of(variable), contribution) : std::move(contribution);
            return;
        }
        if (!adjoint_[variable]) {
            adjoint_[variable].body = dense(std::move(contribution));
            return;
        }
        add_into(writable(variable), std::move(contribution));
    }

    /// The sum of two adjoints of a tensor that the tape does not know.
    body_pointer sum_of(body_pointer const& a, body_pointer const& b) const
    {
        if (join_ != nullptr) {
            return join_(a, b);
        }
        auto sum = dense_copy(*a);
        add_into(*sum, b);
        return sum;
    }

    /// Adds g times an array that the tape keeps. Of a source that no statement computes the two
    /// are multiplied only when something else is done with it.
    void add_scaled(std::uint32_t variable, body_pointer const& kept, double g)
    {
        auto& a = adjoint_[variable];
        if (!a && a.wanted == adjoint_interest::source &&
            !recording_->variables()[variable].followed) {
            a.body = kept;
            a.number = g;
            a.is_scaled = true;
            return;
        }
        bool const accumulate = static_cast<bool>(a);
        auto& into = writable(variable);
        with_floating_type(into.type, [&]<class T>() {
            vectorized::scale<T>(into, *kept, static_cast<T>(g), accumulate);
        });
    }

    /// Such a product, not yet multiplied, whose array nobody but the tape and the sweep holds.
    bool is_scaled_alone(std::uint32_t variable) const noexcept
    {
        auto const& a = adjoint_[variable];
        return a.is_scaled && a.body->references.owners() == 2;
    }

    /// Multiplies it in the tape's own array.
    body_pointer const& scaled_in_place(std::uint32_t variable)
    {
        auto& a = adjoint_[variable];
        multiply(*a.body, a);
        return a.body;
    }

    /// Adds the same number to every element.
    void add_uniform(std::uint32_t variable, double contribution)
    {
        auto& a = adjoint_[variable];
        if (a && !a.is_uniform) {
            auto const& body = body_of(variable);
            add(variable, filled_body(body->type, body->shape, contribution));
            return;
        }
        // As arrays of the variable's own type would add up; the first one is stored (0 and -0
        // would be 0).
        bool const is_float = recording_->variables()[variable].type == element_type::float32;
        auto const sum = a.is_uniform ? a.number + contribution : contribution;
        a.number = is_float ? static_cast<double>(static_cast<float>(sum)) : sum;
        a.is_uniform = true;
    }

    /// No statement that is still to be swept reads the adjoint of this variable.
    void release(std::uint32_t variable) noexcept
    {
        auto& a = adjoint_[variable];
        if (a.wanted == adjoint_interest::source) {
            return;
        }
        if (a.is_few()) {
            idle_.push_back(a.elements);
            a.elements = nullptr;
        } else {
            take(variable);
        }
    }

    /// The adjoint of a variable that is read no more.
    body_pointer take(std::uint32_t variable) noexcept
    {
        auto& a = adjoint_[variable];
        if (a.is_few()) {
            idle_.push_back(a.elements);
        }
        a.elements = nullptr;
        a.is_uniform = false;
        a.number = 0;
        return std::move(a.body);
    }

private:
    static void add_into(tensor_body& sum, body_pointer contribution)
    {
        auto const other = dense(std::move(contribution));
        if (sum.type == element_type::float64) {
            vectorized::add_to<double>(sum, *other);
        } else {
            vectorized::add_to<float>(sum, *other);
        }
    }

    static void multiply(tensor_body& into, adjoint_value& a)
    {
        with_floating_type(into.type, [&]<class T>() {
            vectorized::scale<T>(into, *a.body, static_cast<T>(a.number), false);
        });
        a.is_scaled = false;
        a.number = 0;
    }

    static constexpr std::size_t few_bytes = few_elements * sizeof(double);

    void* new_few()
    {
        if (idle_.empty()) {
            add_block();
        }
        auto* const block = idle_.back();
        idle_.pop_back();
        return block;
    }

    body_pointer make_body_for(std::uint32_t variable) const
    {
        return make_body(
            recording_->variables()[variable].type,
            recording_->shape_of(variable),
            recording_->variables().size_of(variable));
    }

    // Room in both lists first, so that no block is lost and giving one back cannot fail.
    XGRAD_NOINLINE void add_block()
    {
        blocks_.reserve(blocks_.size() + 1);
        idle_.reserve(blocks_.capacity());
        blocks_.push_back(allocate_block(few_bytes));
        idle_.push_back(blocks_.back());
    }

    tape_record const* recording_ = nullptr;
    join join_ = nullptr;
    std::vector<adjoint_value> adjoint_;
    std::vector<void*> blocks_; // of a few elements
    std::vector<void*> idle_;   // those of them that hold no adjoint
};
} // namespace xgrad
