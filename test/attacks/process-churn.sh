# attack: starts short processes as fast as it can, so that process ids come round
# language: sh
# expect: limit WALL_TIME
# time-limit: 2 s
churn() { while :; do /bin/true; done; }
churn & churn & churn & churn
