SELECT member_id, sum(points) AS points,
       count(*) FILTER (WHERE kind = 'award') - count(*) FILTER (WHERE kind = 'reversal') AS items
FROM outcomes_pointsentry
WHERE firm_id = %(firm)s AND at >= %(start)s AND at < %(end)s
GROUP BY member_id
ORDER BY points DESC, member_id
