options(digits=12)
f <- function(a,b) integrate(function(z) plogis(a+b*z)*dnorm(z), -12, 12, rel.tol=1e-12, subdivisions=2000L)$value
cat("marginal share logit(.2), sd 1.5:", f(qlogis(.2),1.5), "\n")
cat("marginal share logit(.35), sd 1.5:", f(qlogis(.35),1.5), "\n")
p0 <- f(qlogis(.2),1.5); p1 <- f(qlogis(.2)+log(2.5),1.5)
cat("p1", p1, "marginal OR of conditional 2.5:", (p1/(1-p1))/(p0/(1-p0)), "\n")
g <- function(p,b) uniroot(function(a) f(a,b)-p, c(-10,10), tol=1e-13)$root
cat("alpha for share .3 sd 2:", g(.3,2), "\n")
# mixture with binary
h <- function(p) uniroot(function(a) .7*plogis(a)+.3*plogis(a+log(6))-p, c(-10,10), tol=1e-14)$root
cat("alpha, binary .3 OR 6, share .25:", h(.25), "\n")
s <- function(B, sd) integrate(function(z) exp(-B*exp(sd*z))*dnorm(z), -12, 12, rel.tol=1e-12, subdivisions=2000L)$value
cat("E exp(-0.7 e^(0.8z)):", s(.7,.8), "\n")
options(digits=12)
p2 <- function(a,b,r,lo=a,hi=Inf) integrate(function(z) dnorm(z)*pnorm((r*z-b)/sqrt(1-r^2)), lo, hi, rel.tol=1e-13, subdivisions=2000L)$value
cat("P2", p2(qnorm(.7), qnorm(.8), .4), "\n")
# three: condition on z1: (z2,z3)|z1 correlation
p3 <- function() integrate(Vectorize(function(z) {
  r12<-.4;r13<-.3;r23<-.2
  s2<-sqrt(1-r12^2); s3<-sqrt(1-r13^2); r<-(r23-r12*r13)/(s2*s3)
  a<-(qnorm(.8)-r12*z)/s2; b<-(qnorm(.5)-r13*z)/s3
  dnorm(z)*p2(a,b,r)}), qnorm(.7), 9, rel.tol=1e-11)$value
cat("P3", p3(), "\n")
cat("dnorm", dnorm(qnorm(.7)), "\n")
# binary (.3, correlated .5 with a standard normal X): mean of plogis(-1 + 0.9 B + 1.2 X)
m <- function() { r<-.5
 integrate(Vectorize(function(x) dnorm(x)*{ pb<-pnorm((r*x-qnorm(.7))/sqrt(1-r^2)); pb*plogis(-1+.9+1.2*x)+(1-pb)*plogis(-1+1.2*x)}), -12,12, rel.tol=1e-13, subdivisions=2000L)$value }
cat("mixed", m(), "\n")
