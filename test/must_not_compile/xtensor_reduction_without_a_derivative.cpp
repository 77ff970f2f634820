// error: xgrad: this reduction of xtensor's has no derivative here
#include <xgrad/xgrad.hpp>

int main()
{
    xgrad::tensor const x = xgrad::constant({1., 2.});
    xgrad::tensor const y = xt::reduce([](double a, double b) { return a - b; }, x);
}
